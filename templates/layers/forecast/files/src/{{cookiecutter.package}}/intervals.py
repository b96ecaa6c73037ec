"""How wrong a forecast may be, cell by cell: the errors of like cells in hours the network was not trained on.

Cells are alike when the lead is the same, the satellite had looked there or not, and the forecast is as steep
around them: errors are largest where a front may be one cell further.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import CHANNELS, Scene
from {{ cookiecutter.package }}.fields import Array

if TYPE_CHECKING:
    from {{ cookiecutter.package }}.model import Model
    from {{ cookiecutter.package }}.train import Prepared

SEEN = CHANNELS.index("seen")
STEPS = 3
"""Classes of steepness, of equally many cells each."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Half widths (m/s) by lead, then by class (unseen or seen, times steepness), and the edges of steepness (m/s)."""

    widths: Mapping[str, list[float]]
    edges: list[float]

    def plain(self) -> dict[str, Any]:
        """As plain values, to be kept with the model."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Spread:
        """From what was kept with the model."""
        return cls(**plain)


UNKNOWN = Spread({}, [])


def measure(model: Model, prepared: Prepared, config: Config) -> Spread:
    """The quantile of errors in the calibration period that holds the truth as often as `coverage` asks."""
    longest = max(config.forecast.leads_h)
    hours = prepared.split.calibration.origins(longest=longest).tolist()
    scenes = [prepared.scene(hour) for hour in hours]
    slopes: list[Array] = []
    errors: dict[int, Array] = {}
    for lead in (0, *config.forecast.leads_h):
        speeds = np.stack([model.forecast(scene, lead).speed for scene in scenes])
        truth = np.stack([np.asarray(prepared.archive.reanalysis[hour + lead]) for hour in hours])
        errors[lead] = np.abs(speeds - truth)
        slopes.append(np.stack([steepness(speed) for speed in speeds]))
    edges = np.quantile(slopes[0], np.linspace(0, 1, STEPS + 1)[1:-1]).tolist()
    widths = {}
    for number, lead in enumerate(errors):
        kind = np.stack(
            [_classes(scene, lead, slope, edges) for scene, slope in zip(scenes, slopes[number], strict=True)]
        )
        whole = float(np.quantile(errors[lead], config.forecast.coverage))
        widths[str(lead)] = [
            float(np.quantile(errors[lead][kind == one], config.forecast.coverage)) if (kind == one).any() else whole
            for one in range(2 * STEPS)
        ]
    return Spread(widths, edges)


def halfwidth(spread: Spread, speed: Array, scene: Scene, lead: int) -> Array:
    """The half width of each cell's interval; infinite where nothing is known about a lead."""
    widths = spread.widths.get(str(lead))
    if widths is None:
        return np.full(speed.shape, np.inf)
    return np.asarray(widths)[_classes(scene, lead, steepness(speed), spread.edges)]


def unseen(scene: Scene, lead: int) -> Array:
    """Cells whose air the satellite had not seen."""
    return np.asarray(scene.at(lead)[SEEN] < 0.5)


def steepness(speed: Array) -> Array:
    """The largest difference to a neighbour, m/s."""
    steps = [np.abs(speed - np.roll(speed, by, axis=axis)) for axis in (-2, -1) for by in (1, -1)]
    return np.asarray(np.maximum.reduce(steps))


def _classes(scene: Scene, lead: int, slope: Array, edges: list[float]) -> Array:
    return np.where(unseen(scene, lead), 0, STEPS) + np.searchsorted(edges, slope)
