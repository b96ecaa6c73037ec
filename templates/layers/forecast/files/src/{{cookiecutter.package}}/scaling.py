"""What is average: means and deviations of image and wind, from the hours of training alone, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

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


def measure(archive: Archive, hours: Array, *, block: int) -> Scaling:
    """The scaling of some hours; only `block` of them are in memory at a time, whatever the archive's size."""
    image, speed = (_moments(stack, hours, block) for stack in (archive.satellite, archive.reanalysis))
    return Scaling(*image, *speed)


def in_blocks(hours: Array, block: int) -> Iterator[Array]:
    """The hours in order, cut where the archive's chunks end, so that each chunk is read once."""
    ordered = np.sort(hours)
    cuts = np.flatnonzero(np.diff(ordered // block)) + 1
    yield from np.split(ordered, cuts)


def _moments(stack: Stack, hours: Array, block: int) -> tuple[float, float]:
    count = mean = squares = 0.0
    for part in in_blocks(hours, block):
        values = np.asarray(stack[int(part[0]) : int(part[-1]) + 1])[part - part[0]].astype(np.float64)
        values = values[np.isfinite(values)]
        if len(values) == 0:
            continue
        # Chan's update: adding blocks one by one loses no digits, unlike a sum of squares.
        gap, total = float(values.mean()) - mean, count + len(values)
        squares += float(((values - values.mean()) ** 2).sum()) + gap**2 * count * len(values) / total
        mean, count = mean + gap * len(values) / total, total
    if not squares:
        raise ValueError("these hours hold no values, or all the same: there is nothing to scale by")
    return mean, float(np.sqrt(squares / count))
