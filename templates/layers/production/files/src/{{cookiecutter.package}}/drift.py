"""What monitors have in common: what is normal is kept beside the model, distributions are compared by bins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A dataclass of plain values that is kept beside the model."""

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """From what was kept."""
        return cls(**plain)


def edges(values: Array, bins: int) -> list[float]:
    """Inner edges with about equally many values between them; fewer where values repeat, as counts do.

    A value at an edge belongs below it; the largest value, at which capped figures pile up, has a bin of its own.
    """
    inner = np.nanquantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    below_most = np.nextafter(np.nanmax(values), -np.inf)
    return [float(edge) for edge in np.unique(np.minimum(inner, below_most))]


def counts(values: Array, inner: list[float]) -> Array:
    """How many values are in each bin; the last count is of those that are missing."""
    absent = np.isnan(values)
    inside = np.bincount(np.searchsorted(inner, values[~absent], side="left"), minlength=len(inner) + 1)
    return np.asarray(np.r_[inside, absent.sum()])


def shares(values: Array, inner: list[float]) -> Array:
    """The share of values in each bin; the last is that of missing ones."""
    return np.asarray(counts(values, inner) / max(len(values), 1))


def stability(then: Array, now: Array, *, floor: float = 0.0) -> float:
    """Population stability index: how far the shares by bin have moved; 0 where they are equal.

    No share counts as less than `floor`: an empty bin of a small sample says little.
    """
    before, after = np.maximum(then, floor), np.maximum(now, floor)
    return float(((after - before) * np.log(after / before)).sum())
