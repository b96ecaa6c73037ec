"""What is average: means and deviations of image and wind, from the hours of training alone, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from {{ cookiecutter.package }}.engine import Each
from {{ cookiecutter.package }}.fields import Archive, Array, Stack


@dataclass(frozen=True, slots=True)
class Scaling:
    """Brightness and wind speed (m/s) of the training period."""

    image_mean: float
    image_deviation: float
    speed_mean: float
    speed_deviation: float

    def plain(self) -> dict[str, float]:
        """As plain values, to be kept with the model."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Moments:
    """How many values there are, their mean, and the sum of squares around it."""

    count: int
    mean: float
    squares: float


def measure(archive: Archive, hours: Array, *, block: int, each: Each = map) -> Scaling:
    """The scaling of some hours; only `block` of them are in memory at a time, whatever the archive's size."""
    stacks = (archive.satellite, archive.reanalysis)
    image, speed = (together(each(partial(moments, stack), in_blocks(hours, block))) for stack in stacks)
    return Scaling(*image, *speed)


def in_blocks(hours: Array, block: int) -> Iterator[Array]:
    """The hours in order, cut where the archive's chunks end, so that each chunk is read once."""
    ordered = np.sort(hours)
    cuts = np.flatnonzero(np.diff(ordered // block)) + 1
    yield from np.split(ordered, cuts)


def moments(stack: Stack, hours: Array) -> Moments:
    """Those of the values of some hours; holes do not count."""
    values = np.asarray(stack[int(hours[0]) : int(hours[-1]) + 1])[hours - hours[0]].astype(np.float64)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Moments(0, 0.0, 0.0)
    return Moments(len(values), float(values.mean()), float(((values - values.mean()) ** 2).sum()))


def together(parts: Iterable[Moments]) -> tuple[float, float]:
    """Mean and deviation of all blocks. Raises `ValueError` where there is nothing to scale by."""
    count = mean = squares = 0.0
    for part in parts:
        if part.count:
            # Chan's update: adding blocks one by one loses no digits, unlike a sum of squares.
            gap, total = part.mean - mean, count + part.count
            squares += part.squares + gap**2 * count * part.count / total
            mean, count = mean + gap * part.count / total, total
    if not squares:
        raise ValueError("these hours hold no values, or all the same: there is nothing to scale by")
    return mean, float(np.sqrt(squares / count))
