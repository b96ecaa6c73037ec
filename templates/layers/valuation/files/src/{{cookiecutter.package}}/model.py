"""The model: an ensemble, the scale of its inputs, and interval widths from sales it was not fitted on."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from {{ cookiecutter.package }}.artefact import seal, unseal
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import IntervalConfig
from {{ cookiecutter.package }}.features import NAMES, FeatureTable
from {{ cookiecutter.package }}.network import Members

WEIGHTS = "members.pt"
_BLOCK = 256
"""Rows go through the network in blocks of one shape: the kernel depends on the shape, an answer must not."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and deviation of each input and of the target, over the sales that the ensemble was fitted on."""

    mean: list[float]
    deviation: list[float]
    target_mean: float
    target_deviation: float

    def inputs(self, values: Array) -> Array:
        """Inputs as the networks see them."""
        return np.asarray((values - np.array(self.mean)) / np.array(self.deviation), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Prediction:
    """One entry a home, all in logarithms of value over base: what is expected, noise within, doubt between members."""

    expected: Array
    noise: Array
    doubt: Array

    @property
    def spread(self) -> Array:
        """The deviation that noise and doubt make together."""
        return np.hypot(self.noise, self.doubt)


@dataclass(frozen=True, slots=True)
class Widths:
    """How many spreads the interval reaches to each side, where many and where few sales are known nearby."""

    many: float
    few: float
    few_sales: int

    def of(self, near_sales: Array) -> Array:
        """The width for each home."""
        return np.where(near_sales < self.few_sales, self.few, self.many)


@dataclass(frozen=True, slots=True)
class Values:
    """Values in euro with their intervals, one entry a home."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that values a home."""

    members: Members
    scale: Scale
    widths: Widths
    version: str
    configuration: str

    def predict(self, values: Array) -> Prediction:
        """Predictions for rows of inputs; a row's answer does not depend on the other rows."""
        inputs = self.scale.inputs(values)
        blocks = [self._block(inputs[begin : begin + _BLOCK]) for begin in range(0, len(inputs), _BLOCK)]
        means, variances = (np.concatenate(part, axis=1, dtype=np.float64) for part in zip(*blocks, strict=True))
        scale = self.scale.target_deviation
        return Prediction(
            expected=means.mean(axis=0) * scale + self.scale.target_mean,
            noise=np.sqrt(np.exp(variances).mean(axis=0)) * scale,
            doubt=means.std(axis=0) * scale,
        )

    def value(self, features: FeatureTable) -> Values:
        """What homes are worth, and between which bounds."""
        found = self.predict(features.values)
        reach = self.widths.of(features.near_sales) * found.spread
        low, middle, high = (features.base_eur * np.exp(found.expected + sign * reach) for sign in (-1.0, 0.0, 1.0))
        return Values(middle, low, high)

    def _block(self, inputs: Array) -> tuple[Array, Array]:
        padded = np.zeros((_BLOCK, inputs.shape[1]), dtype=np.float32)
        padded[: len(inputs)] = inputs
        self.members.eval()
        with torch.inference_mode():
            expected, log_variance = self.members(torch.from_numpy(padded))
        return expected.numpy()[:, : len(inputs)], log_variance.numpy()[:, : len(inputs)]


def fit_scale(values: Array, target: Array) -> Scale:
    """The scale of these sales. A constant input keeps its unit."""
    deviation = values.std(axis=0)
    return Scale(
        mean=values.mean(axis=0).tolist(),
        deviation=np.where(deviation > 0, deviation, 1.0).tolist(),
        target_mean=float(target.mean()),
        target_deviation=float(target.std()),
    )


def widths(found: Prediction, target: Array, near_sales: Array, config: IntervalConfig) -> Widths:
    """Conformal widths: as many spreads as the wanted share of sales stays within, by how much is known nearby."""
    misses = np.abs(target - found.expected) / found.spread
    few = near_sales < config.few_sales
    every = _quantile(misses, config.coverage)
    return Widths(
        many=_quantile(misses[~few], config.coverage),
        few=_quantile(misses[few], config.coverage) if few.sum() >= config.min_rows else every,
        few_sales=config.few_sales,
    )


def save(model: Model, folder: Path, *, reference: dict[str, Any]) -> str:
    """Write the model and its monitoring `reference`; returns the digest that identifies both."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(model.members.state_dict(), folder / WEIGHTS)
    document = {
        "inputs": list(NAMES),
        "shape": [model.members.members, len(NAMES), int(model.members.first.weight.shape[2])],
        "scale": asdict(model.scale),
        "widths": asdict(model.widths),
        "version": model.version,
        "configuration": model.configuration,
        "reference": reference,
    }
    return seal(folder, document, beside=WEIGHTS)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The model in `folder` and its monitoring reference. Raises `UnusableModel` unless it is just what was saved."""
    document = unseal(folder, beside=WEIGHTS, inputs=list(NAMES))
    members = Members(*document["shape"])
    members.load_state_dict(torch.load(folder / WEIGHTS, weights_only=True))
    model = Model(
        members,
        Scale(**document["scale"]),
        Widths(**document["widths"]),
        document["version"],
        document["configuration"],
    )
    return model, document["reference"]


def _quantile(misses: Array, coverage: float) -> float:
    """The smallest width that covers the share among these sales and one more: exact for sales like them."""
    rank = math.ceil((len(misses) + 1) * coverage)
    if rank > len(misses):
        raise ValueError(f"{len(misses)} sales are too few to calibrate an interval on")
    return float(np.sort(misses)[rank - 1])
