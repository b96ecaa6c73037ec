"""From an hour's image and observations to what the network sees: one function for training and for serving.

The channels of a scene are anomalies, 0 where nothing is known, so that a hole in the image looks like an average
hour and not like the darkest one; a channel of its own says where the satellite looked. For a forecast the scene
travels with the steering flow to the hour in question, over a relief that stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.fields import Archive, Array, Snapshot
from {{ cookiecutter.package }}.motion import carried, displacement
from {{ cookiecutter.package }}.scaling import Scaling

CHANNELS = ("satellite", "seen", "stations", "relief")


@dataclass(frozen=True, slots=True)
class Region:
    """What stays: relief, and how much each station (column) says about each cell (row)."""

    relief: Array
    weights: Array

    @classmethod
    def of(cls, archive: Archive, *, radius: float) -> Region:
        """`radius` in cells: how far a station speaks for its neighbourhood."""
        size = archive.relief.shape
        cells = np.indices(size).reshape(2, -1)
        places = np.stack([archive.stations.row, archive.stations.column])
        gaps = np.abs(cells[:, :, None] - places[:, None, :])
        ring = np.array(size)[:, None, None]
        squared = (np.minimum(gaps, ring - gaps) ** 2).sum(axis=0)
        return cls(archive.relief, np.exp(-squared / (2 * radius**2)).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Scene:
    """One hour as the network sees it, and its steering flow (cells an hour: rows, columns).

    `support` is how well stations cover each cell: 0 nowhere near one, towards 1 among many.
    """

    hour: int
    channels: Array
    support: Array
    steering: tuple[float, float]

    def at(self, lead: int) -> Array:
        """The channels carried `lead` hours along; the relief stays where it is."""
        rows, columns = self.steering
        moving = carried(self.channels[:-1], rows * lead, columns * lead)
        return np.concatenate([moving, self.channels[-1:]]).astype(np.float32)


def scene(before: Snapshot | None, now: Snapshot, region: Region, scaling: Scaling) -> Scene:
    """The scene of an hour, from what had been received by its end; without the hour `before` nothing moves."""
    image, seen = anomaly(now.satellite, scaling)
    steering = (0.0, 0.0)
    if before is not None and before.hour == now.hour - 1:
        steering = displacement(before.satellite, now.satellite)
    stations, support = analysed((now.observed - scaling.speed_mean) / scaling.speed_deviation, region)
    channels = np.stack([image, seen, stations, region.relief])
    return Scene(now.hour, channels.astype(np.float32), support, steering)


def anomaly(image: Array, scaling: Scaling) -> tuple[Array, Array]:
    """Brightness in standard deviations from its mean, 0 where the satellite did not look, and 1 where it did."""
    seen = np.isfinite(image)
    return np.where(seen, (image - scaling.image_mean) / scaling.image_deviation, 0.0), seen.astype(np.float32)


def analysed(observed: Array, region: Region) -> tuple[Array, Array]:
    """Observations spread over the cells around them, towards 0 far from all, and how well each cell is covered."""
    known = np.isfinite(observed)
    weights = region.weights * known
    total = weights.sum(axis=1)
    spread = weights @ np.where(known, observed, 0.0) / (total + 0.2)
    shape = region.relief.shape
    return spread.reshape(shape), (total / (total + 0.2)).reshape(shape)
