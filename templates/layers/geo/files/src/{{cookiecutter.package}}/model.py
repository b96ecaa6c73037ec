"""The model: log recovery as a Gaussian process over maps and ground, with conformal intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import gaussian
from {{ cookiecutter.package }}.artefact import seal, unseal
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import NAMES, Sites
from {{ cookiecutter.package }}.gaussian import Process, Shape
from {{ cookiecutter.package }}.interval import Factors
from {{ cookiecutter.package }}.kernels import Linear, Near, Smooth

_PROCESS = "process.npz"

_MAPPED = tuple(range(len(NAMES)))
_GROUND = (len(NAMES), len(NAMES) + 1)
_POORNESS = len(NAMES) + 2
MAPS_AND_GROUND = Shape((Linear(_MAPPED), Smooth(_MAPPED), Near(_GROUND)), noise_by=_POORNESS)
"""Trend and bends over the maps, likeness on the ground, and noise that grows as the maps get poorer."""


@dataclass(frozen=True, slots=True)
class Regressor:
    """A process over standardised features. All figures are logs of thousand barrels."""

    process: Process
    centre: Array
    spread: Array
    level: float

    def mean(self, sites: Sites) -> Array:
        """Expected log recovery of each site."""
        return self.level + self.process.mean(self.rows(sites))

    def scale(self, sites: Sites) -> Array:
        """How uncertain that is: what more wells would tell, and the noise that grows where maps are poor."""
        rows = self.rows(sites)
        return np.asarray(np.sqrt(self.process.variance(rows) + self.process.noise(rows)))

    def rows(self, sites: Sites) -> Array:
        """What the process sees of each site."""
        shaped = (sites.shaped() - self.centre) / self.spread
        return np.column_stack([shaped, sites.east_km, sites.north_km, 1.0 - sites.quality])


@dataclass(frozen=True, slots=True)
class Prediction:
    """Log recovery of each site with the ends of its interval and the scale behind it."""

    mean: Array
    low: Array
    high: Array
    scale: Array

    def rows(self, chosen: Array) -> Prediction:
        """The predictions chosen by a mask or by positions."""
        return Prediction(self.mean[chosen], self.low[chosen], self.high[chosen], self.scale[chosen])


@dataclass(frozen=True, slots=True)
class Model:
    """A regressor with the factors of its intervals."""

    regressor: Regressor
    factors: Factors
    version: str
    configuration: str

    def predict(self, sites: Sites) -> Prediction:
        """Recovery of each site with an interval that is as wide as the data there is poor."""
        mean, scale = self.regressor.mean(sites), self.regressor.scale(sites)
        half = self.factors.at(sites.quality) * scale
        return Prediction(mean, mean - half, mean + half, scale)


def fit(sites: Sites, log_eur: Array, *, steps: int, start: Array | None = None) -> Regressor:
    """A regressor for sites with known recovery; everything it standardises by comes from just these sites."""
    shaped = sites.shaped()
    centre, spread, level = shaped.mean(axis=0), shaped.std(axis=0), float(log_eur.mean())
    blank = Regressor(_EMPTY, centre, np.where(spread > 0, spread, 1.0), level)
    process = gaussian.fit(MAPS_AND_GROUND, blank.rows(sites), log_eur - level, start=start, steps=steps)
    return Regressor(process, blank.centre, blank.spread, level)


def save(model: Model, folder: Path, *, reference: dict[str, Any]) -> str:
    """Write the model and its monitoring `reference`; returns the digest that identifies both."""
    folder.mkdir(parents=True, exist_ok=True)
    regressor, process = model.regressor, model.regressor.process
    np.savez(folder / _PROCESS, rows=process.rows, weights=process.weights, inverse=process.inverse)
    document = {
        "inputs": list(NAMES),
        "parameters": process.theta.tolist(),
        "centre": regressor.centre.tolist(),
        "spread": regressor.spread.tolist(),
        "level": regressor.level,
        "factors": asdict(model.factors),
        "version": model.version,
        "configuration": model.configuration,
        "reference": reference,
    }
    return seal(folder, document, beside=_PROCESS)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The model in `folder` and its monitoring reference. Raises `UnusableModel` unless it is just what was saved."""
    document = unseal(folder, beside=_PROCESS, inputs=list(NAMES))
    with np.load(folder / _PROCESS, allow_pickle=False) as arrays:
        process = Process(MAPS_AND_GROUND, np.array(document["parameters"]), **arrays)
    regressor = Regressor(process, np.array(document["centre"]), np.array(document["spread"]), document["level"])
    model = Model(regressor, Factors(**document["factors"]), document["version"], document["configuration"])
    return model, document["reference"]


_EMPTY = Process(MAPS_AND_GROUND, np.empty(0), np.empty((0, 0)), np.empty(0), np.empty((0, 0)))
