"""The model and how it is kept: numbers only, no person in it, and a digest that proves it is the one saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from {{ cookiecutter.package }} import tower
from {{ cookiecutter.package }}.artefact import seal, unseal
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import NAMES, Vectors
from {{ cookiecutter.package }}.tower import Tower

_ARRAYS = "model.npz"


@dataclass(frozen=True, slots=True)
class Learned:
    """What plays before a moment taught: factors of items (sorted ids), towers, and the scale of what towers tell."""

    item: Array
    factors: Array
    towers: tuple[Tower, ...]
    scale: float

    def vectors(self, media: Media) -> Vectors:
        """All items of a catalogue in the space of tastes; one that came after training has its content only."""
        als = np.zeros((len(media.item), self.factors.shape[1]))
        _, here, there = np.intersect1d(media.item, self.item, return_indices=True)
        als[here] = self.factors[there]
        content, content_spread = tower.encode(self.towers, media)
        return Vectors(media.item, als, self.scale * content, self.scale * content_spread)


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that makes a list for a user from plays and media. Users are not part of it: their plays are."""

    learned: Learned
    weights: Array
    version: str
    configuration: str


def save(model: Model, folder: Path, *, reference: Mapping[str, Any]) -> str:
    """Write the model and what is normal for it; returns its digest."""
    arrays = {"item": model.learned.item, "factors": model.learned.factors, "weights": model.weights}
    for number, one in enumerate(model.learned.towers):
        arrays |= {f"tower {number} {name}": value.numpy() for name, value in one.state_dict().items()}
    np.savez(folder / _ARRAYS, **arrays)  # type: ignore[arg-type]
    document = {
        "version": model.version,
        "configuration": model.configuration,
        "inputs": list(NAMES),
        "scale": model.learned.scale,
        "towers": len(model.learned.towers),
        "channels": model.learned.towers[0].picture[0].out_channels,
        "reference": reference,
    }
    return seal(folder, document, beside=_ARRAYS)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The model of a run and its reference. Raises `UnusableModel` when it cannot be trusted."""
    document = unseal(folder, beside=_ARRAYS, inputs=list(NAMES))
    with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
        towers = tuple(_tower(arrays, number, document["channels"]) for number in range(document["towers"]))
        learned = Learned(arrays["item"], arrays["factors"], towers, document["scale"])
        return Model(learned, arrays["weights"], document["version"], document["configuration"]), document["reference"]


def _tower(arrays: Mapping[str, Array], number: int, channels: int) -> Tower:
    made = Tower(channels=channels, factors=arrays["factors"].shape[1])
    prefix = f"tower {number} "
    made.load_state_dict({
        name.removeprefix(prefix): torch.from_numpy(arrays[name]) for name in arrays if name.startswith(prefix)
    })  # fmt: skip
    return made.eval()
