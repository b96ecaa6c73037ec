"""Why the wind at a place is forecast as it is, how good the data around it is, and what that means for the user."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }}.features import CHANNELS, Region, Scene
from {{ cookiecutter.package }}.fields import Array
from {{ cookiecutter.package }}.intervals import unseen
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.motion import carried

_SOURCES = {"satellite": ("satellite", "seen"), "stations": ("stations",), "relief": ("relief",)}
POORLY_SUPPORTED = 0.5


@dataclass(frozen=True, slots=True)
class Explanation:
    """A forecast at one cell: wind and interval (m/s); what each source changes in it, against knowing only the
    average there; whether the satellite saw the air that will be there, how well stations cover it (0 to 1), and
    advice."""

    speed: float
    low: float
    high: float
    drivers: dict[str, float]
    seen: bool
    support: float
    advice: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the data is, cell by cell, for the air that will be there: whether the satellite saw it, and how well
    stations cover it (0 to 1)."""

    seen: Array
    support: Array

    def at(self, row: int, column: int) -> tuple[bool, float, str]:
        """Both of one cell, and the advice that follows."""
        seen, support = bool(self.seen[row, column]), float(self.support[row, column])
        return seen, support, _advice(seen=seen, supported=support >= POORLY_SUPPORTED)


def quality(scene: Scene, lead: int) -> Quality:
    """The quality of a scene's data for one lead."""
    rows, columns = scene.steering
    return Quality(~unseen(scene, lead), carried(scene.support, rows * lead, columns * lead))


def explain(model: Model, scene: Scene, lead: int, cell: tuple[int, int]) -> Explanation:
    """The explanation of one cell at one lead."""
    forecast = model.forecast(scene, lead)
    row, column = cell
    speed, width = float(forecast.speed[row, column]), float(forecast.halfwidth[row, column])
    drivers = {
        source: speed - float(model.forecast(_without(scene, channels), lead).speed[row, column])
        for source, channels in _SOURCES.items()
    }
    seen, support, advice = quality(scene, lead).at(row, column)
    return Explanation(speed, max(speed - width, 0.0), speed + width, drivers, seen, support, advice)


def nearest(region: Region, cell: tuple[int, int], *, count: int) -> list[int]:
    """Positions of the stations that say most about a cell."""
    weights = region.weights[cell[0] * region.relief.shape[1] + cell[1]]
    return [int(one) for one in np.argsort(-weights, kind="stable")[:count]]


def _without(scene: Scene, channels: tuple[str, ...]) -> Scene:
    changed: Array = scene.channels.copy()
    changed[[CHANNELS.index(name) for name in channels]] = 0.0
    return replace(scene, channels=changed)


def _advice(*, seen: bool, supported: bool) -> str:
    if seen and supported:
        return "image and stations agree to speak for this place"
    if seen:
        return "few stations near: the image alone decides where the front is"
    if supported:
        return "no image of this air: fronts may be missed, watch the stations before acting"
    return "neither image nor stations: do not act on this without another source"
