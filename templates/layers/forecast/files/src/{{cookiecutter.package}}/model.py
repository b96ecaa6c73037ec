"""The model: a network with the scaling it was trained under and the width of its intervals, kept without pickles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from {{ cookiecutter.package }}.artefact import UnusableModel, seal, unseal
from {{ cookiecutter.package }}.baseline import Baseline
from {{ cookiecutter.package }}.features import CHANNELS, Scene
from {{ cookiecutter.package }}.fields import Array
from {{ cookiecutter.package }}.intervals import Spread, halfwidth
from {{ cookiecutter.package }}.network import OUTPUTS, Forecaster
from {{ cookiecutter.package }}.scaling import Scaling

_WEIGHTS = "weights.npz"
_INPUTS = {"channels": list(CHANNELS), "outputs": list(OUTPUTS)}


@dataclass(frozen=True, slots=True)
class Forecast:
    """Fields of one lead: wind (m/s) with the half width of its interval, and the image's brightness."""

    lead: int
    speed: Array
    halfwidth: Array
    brightness: Array


@dataclass(frozen=True, slots=True)
class Model:
    """Scenes to forecasts: advection, and what the network says that it misses; `longest` is a lead in hours."""

    network: Forecaster
    scaling: Scaling
    baseline: Baseline
    longest: int
    spread: Spread
    version: str
    configuration: str

    def forecast(self, scene: Scene, lead: int) -> Forecast:
        """One scene, one lead. Always alone: a batch of another size may differ in the last bit."""
        age = torch.tensor([lead / self.longest], dtype=torch.float32)
        with torch.no_grad():
            missed, image = self.network(torch.from_numpy(scene.at(lead))[None], age)[0].numpy()
        wind = self.baseline.advection(scene, lead) + missed
        speed = np.maximum(wind * self.scaling.speed_deviation + self.scaling.speed_mean, 0.0)
        brightness = image * self.scaling.image_deviation + self.scaling.image_mean
        return Forecast(lead, speed, halfwidth(self.spread, speed, scene, lead), brightness)

    def with_spread(self, spread: Spread) -> Model:
        """The same model with intervals."""
        return replace(self, spread=spread)


def save(model: Model, folder: Path, *, reference: dict[str, Any]) -> str:
    """Write the model and its monitoring `reference`; returns the digest that identifies both."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.numpy() for name, value in model.network.state_dict().items()}
    np.savez(folder / _WEIGHTS, allow_pickle=False, **weights)
    document: dict[str, Any] = {
        "inputs": _INPUTS,
        "scaling": model.scaling.plain(),
        "baseline": list(model.baseline.weights),
        "longest": model.longest,
        "spread": model.spread.plain(),
        "version": model.version,
        "configuration": model.configuration,
        "reference": reference,
    }
    return seal(folder, document, beside=_WEIGHTS)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The model in `folder` and its monitoring reference. Raises `UnusableModel` unless it is just what was saved."""
    document = unseal(folder, beside=_WEIGHTS, inputs=_INPUTS)
    network = Forecaster()
    with np.load(folder / _WEIGHTS, allow_pickle=False) as weights:
        try:
            network.load_state_dict({name: torch.from_numpy(weights[name]) for name in weights.files})
        except RuntimeError as error:
            raise UnusableModel(f"the model in {folder} has another shape than network.py") from error
    model = Model(
        network=network.eval(), scaling=Scaling(**document["scaling"]),
        baseline=Baseline(tuple(document["baseline"])), longest=document["longest"],
        spread=Spread.of(document["spread"]), version=document["version"], configuration=document["configuration"],
    )  # fmt: skip
    return model, document["reference"]
