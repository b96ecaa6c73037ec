"""The data contract: what each column means and may hold, checked where data comes in for training and for serving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict

from {{ cookiecutter.package }}.columns import Array, Columns, length, missing

_A_DAY = {"s": 86_400, "day": 1}
_KINDS = {"integer": "iu", "number": "fiu", "text": "OUT"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column. `nulls` is the largest share of missing values; `sensitivity` says how a person can be told by it."""

    type: Literal["integer", "number", "text"]
    meaning: str
    unit: str = ""
    range: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    nulls: float = 0.0
    sensitivity: Literal["none", "pseudonym", "personal"] = "none"
    since: date


class Table(_Strict):
    """One table: where it comes from, who answers for it, which columns identify a row, how old it may be."""

    source: str
    owner: str
    key: tuple[str, ...] = ()
    time: str | None = None
    max_age_days: float | None = None
    columns: dict[str, Column]


class Contract(_Strict):
    """All tables, and who reads what is made of them."""

    version: int
    tables: dict[str, Table]
    consumers: dict[str, str]

    def personal(self) -> frozenset[str]:
        """Columns that tell a person directly: they may not reach features, logs, artefacts or plots."""
        return frozenset(
            name
            for table in self.tables.values()
            for name, column in table.columns.items()
            if column.sensitivity == "personal"
        )


class ContractViolation(ValueError):
    """Data that breaks the contract; the message lists every breach."""

    def __init__(self, breaches: list[str]) -> None:
        super().__init__("; ".join(breaches))
        self.breaches = breaches


def load(path: Path) -> Contract:
    """The contract of a project."""
    return Contract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def require(table: Table, columns: Columns, *, name: str, now: float | None = None) -> None:
    """Raise `ContractViolation` unless the table keeps its contract."""
    if breaches := list(check(table, columns, name=name, now=now)):
        raise ContractViolation(breaches)


def check(table: Table, columns: Columns, *, name: str, now: float | None = None) -> Iterator[str]:
    """Every breach in words. With `now`, in the unit of the table's times, the newest row's age is checked too."""
    for missed in sorted(set(table.columns) - set(columns)):
        yield f"{name}.{missed}: the column is missing"
    for unknown in sorted(set(columns) - set(table.columns)):
        yield f"{name}.{unknown}: the contract does not know this column"
    for column_name, column in table.columns.items():
        if column_name in columns:
            yield from _check_column(column, columns[column_name], f"{name}.{column_name}")
    yield from _check_key(table, columns, name)
    if now is not None and table.time and table.max_age_days is not None and length(columns):
        age = (now - float(columns[table.time].max())) / _A_DAY[table.columns[table.time].unit]
        if age > table.max_age_days:
            yield f"{name}: the newest row is {age:.1f} days old, at most {table.max_age_days:g} are allowed"


def _check_column(column: Column, values: Array, where: str) -> Iterator[str]:
    if values.dtype.kind not in _KINDS[column.type]:
        yield f"{where}: {column.type} expected, {values.dtype} found"
        return
    absent = missing(values)
    if len(values) and absent.mean() > column.nulls:
        yield f"{where}: {absent.mean():.1%} missing, at most {column.nulls:.1%} allowed"
    present = np.ma.getdata(values)[~absent]
    if column.range is not None and len(present):
        low, high = column.range
        outside = (present < low) | (present > high)
        if outside.any():
            example = present[outside][0]
            yield f"{where}: {example:g} is outside {low:g} to {high:g} {column.unit} ({int(outside.sum())} rows)"
    if column.choices:
        strange = sorted(set(np.unique(present.astype(str))) - set(column.choices))
        if strange:
            yield f"{where}: '{strange[0]}' is not one of {', '.join(column.choices)}"


def _check_key(table: Table, columns: Columns, name: str) -> Iterator[str]:
    if not table.key or not all(part in columns for part in table.key):
        return
    parts = np.rec.fromarrays([columns[part] for part in table.key])
    repeated = len(parts) - len(np.unique(parts))
    if repeated:
        yield f"{name}: {repeated} rows repeat the key ({', '.join(table.key)})"
