"""What the archive holds, by name: images, observations, relief, reanalysis, and how a field lies in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""Fields are [row, column], rows from north to south, columns from west to east; stacks of them [hour, row,
column]."""


class Stack(Protocol):
    """Hours of something, read piece by piece: a chunked array on disk, or one in memory."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Hours first."""

    def __getitem__(self, part: Any, /) -> Any:
        """The values of some hours."""


@dataclass(frozen=True, slots=True)
class Stations:
    """Where observations are made; `observer` is a person's address and stays at the door."""

    station: Array
    row: Array
    column: Array
    observer: Array


@dataclass(frozen=True, slots=True)
class Archive:
    """All sources, hour by hour. `steering` and `speed` are the truth of a made world, None in a real one."""

    satellite: Stack
    observed: Stack
    reanalysis: Stack
    relief: Array
    stations: Stations
    speed: Stack | None = None
    steering: Stack | None = None

    @property
    def hours(self) -> int:
        """How many hours there are."""
        return self.satellite.shape[0]

    def snapshot(self, hour: int) -> Snapshot:
        """What had been received by the end of an hour."""
        return Snapshot(hour, np.asarray(self.satellite[hour]), np.asarray(self.observed[hour]))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One hour as it comes in: an image with NaN where the satellite did not look, and one value a station."""

    hour: int
    satellite: Array
    observed: Array
