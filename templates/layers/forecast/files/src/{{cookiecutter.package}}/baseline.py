"""What must be beaten: a linear analysis of the scene that stays (persistence), or moves with the flow (advection).

`from_stations` needs nothing that was learned: it is what is served when no model is to be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.features import CHANNELS, Region, Scene, analysed
from {{ cookiecutter.package }}.fields import Array, Snapshot
from {{ cookiecutter.package }}.motion import carried
from {{ cookiecutter.package }}.scaling import Scaling

FALLBACK = "stations-1"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Wind as a weighted sum of a scene's channels (the last weight is the constant), in standard deviations."""

    weights: tuple[float, ...]

    def persistence(self, scene: Scene) -> Array:
        """The wind of now, whatever the lead."""
        return self._analysis(scene.channels)

    def advection(self, scene: Scene, lead: int) -> Array:
        """The wind of the scene carried along, over the relief that stays."""
        return self._analysis(scene.at(lead))

    def _analysis(self, channels: Array) -> Array:
        weights = np.array(self.weights, dtype=np.float32)
        return np.asarray(np.tensordot(weights[:-1], channels, axes=1) + weights[-1])


def sums(samples: Iterable[tuple[Scene, Array]]) -> tuple[Array, Array]:
    """All that least squares need of scenes and the wind (in standard deviations) at their hour, a sample at a time."""
    count = len(CHANNELS) + 1
    left, right = np.zeros((count, count)), np.zeros(count)
    for scene, wind in samples:
        inputs = np.concatenate([scene.channels.reshape(len(CHANNELS), -1), np.ones((1, wind.size))]).astype(np.float64)
        left += inputs @ inputs.T
        right += inputs @ wind.ravel()
    return left, right


def fit(parts: Iterable[tuple[Array, Array]]) -> Baseline:
    """Least squares over all samples, from the sums of some at a time."""
    left, right = (np.sum(added, axis=0) for added in zip(*parts, strict=True))
    return Baseline(tuple(np.linalg.lstsq(left, right, rcond=None)[0].tolist()))


def from_stations(now: Snapshot, region: Region, steering: tuple[float, float], lead: int) -> Array:
    """Wind (m/s) from the stations of this hour alone. Raises `ValueError` where none reports."""
    if not np.isfinite(now.observed).any():
        raise ValueError("no station reports: there is nothing to forecast from")
    mean = float(np.nanmean(now.observed))
    spread, _ = analysed(now.observed - mean, region)
    return mean + carried(spread, steering[0] * lead, steering[1] * lead)


def scaled(wind: Array, scaling: Scaling) -> Array:
    """Wind (m/s) in standard deviations."""
    return np.asarray((wind - scaling.speed_mean) / scaling.speed_deviation, dtype=np.float32)
