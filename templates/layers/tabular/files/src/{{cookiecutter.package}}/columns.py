"""A table as a mapping of equally long numpy arrays: all that this project needs of a data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]


def length(table: Columns) -> int:
    """The number of rows; 0 for a table without columns."""
    return len(next(iter(table.values()))) if table else 0


def take(table: Columns, rows: Array) -> Columns:
    """The rows chosen by a mask or by positions, in that order."""
    return {name: values[rows] for name, values in table.items()}


def concatenate(tables: Sequence[Columns]) -> Columns:
    """One table below the other; all must have the columns of the first."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def missing(values: Array) -> Array:
    """Which entries are absent: masked by the database, or not a number."""
    absent = np.ma.getmaskarray(values).copy()
    if values.dtype.kind == "f":
        absent |= np.isnan(np.ma.getdata(values))
    return absent
