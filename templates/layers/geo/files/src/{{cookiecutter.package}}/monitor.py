"""Alarms: the sites asked about, or what wells then gave, are not what they were when the model was released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config, MonitorConfig
from {{ cookiecutter.package }}.drift import Kept
from {{ cookiecutter.package }}.evaluate import covered
from {{ cookiecutter.package }}.features import FEATURES, NAMES, Sites
from {{ cookiecutter.package }}.model import Prediction
from {{ cookiecutter.package }}.world import DAY

WATCHED = (*NAMES[:4], "quality")
"""Distance to earlier wells is not watched: it shrinks as a field is drilled, and that is no drift."""


@dataclass(frozen=True, slots=True)
class Reference(Kept):
    """What is normal: mean and deviation of each watched input, from how many wells, and the intervals' level."""

    mean: Mapping[str, float]
    deviation: Mapping[str, float]
    count: int
    level: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """One figure of one window beyond its limit; `begins` in seconds."""

    begins: int
    figure: str
    value: float
    limit: float

    def __str__(self) -> str:
        return f"day {self.begins // DAY}: {self.figure} {self.value:+.1f} is beyond ±{self.limit:.1f}"


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured in one window, as z values: inputs, errors of wells since drilled, wells outside intervals."""

    begins: int
    sites: int
    drilled: int
    inputs: Mapping[str, float]
    bias: float
    misses: float

    def alarms(self, config: MonitorConfig) -> Iterator[Alarm]:
        """Every figure beyond its limit. Too few misses are none: intervals may be wider than they need to be."""
        for name, value in self.inputs.items():
            if abs(value) > config.max_input_z:
                yield Alarm(self.begins, f"mean of {name}", value, config.max_input_z)
        if abs(self.bias) > config.max_bias_z:
            yield Alarm(self.begins, "bias of predictions", self.bias, config.max_bias_z)
        if self.misses > config.max_miss_z:
            yield Alarm(self.begins, "wells outside their interval", self.misses, config.max_miss_z)


def describe(sites: Sites, config: Config) -> Reference:
    """The normal state, from the wells the model has learned from."""
    columns = _columns(sites)
    return Reference(
        mean={name: float(values.mean()) for name, values in columns.items()},
        deviation={name: float(values.std()) for name, values in columns.items()},
        count=len(sites.id),
        level=config.interval.level,
    )


def measure(normal: Reference, sites: Sites, predicted: Prediction, log_eur: Array, config: Config) -> Iterator[Window]:
    """One `Window` for each full stretch of `window_days`, in order of time. `log_eur` is nan where nobody drilled."""
    span = config.monitor.window_days * DAY
    first = int(sites.at.min())
    index = (sites.at - first) // span
    for one in range(int((sites.at.max() + DAY - first) // span)):
        rows = np.flatnonzero(index == one)
        if len(rows):
            known = rows[~np.isnan(log_eur[rows])]
            part = predicted.rows(known)
            yield Window(
                begins=first + one * span,
                sites=len(rows),
                drilled=len(known),
                inputs=_inputs(normal, sites.rows(rows), config.monitor.min_dispersion),
                bias=_bias(part, log_eur[known], config.monitor.min_dispersion),
                misses=_misses(part, log_eur[known], 1 - normal.level, config.monitor.min_dispersion),
            )


def _columns(sites: Sites) -> dict[str, Array]:
    shaped = {feature.name: feature.shape(sites.column(feature.name)) for feature in FEATURES}
    return {name: shaped[name] for name in WATCHED if name in shaped} | {"quality": sites.quality}


def _inputs(normal: Reference, sites: Sites, dispersion: float) -> dict[str, float]:
    chance = np.sqrt(dispersion * (1 / len(sites.id) + 1 / normal.count))
    return {
        name: float((values.mean() - normal.mean[name]) / (max(normal.deviation[name], 1e-9) * chance))
        for name, values in _columns(sites).items()
    }


def _bias(predicted: Prediction, log_eur: Array, dispersion: float) -> float:
    """How far errors are from 0 on average, in what chance allows."""
    if not len(log_eur):
        return 0.0
    return float(((log_eur - predicted.mean) / predicted.scale).mean() * np.sqrt(len(log_eur) / dispersion))


def _misses(predicted: Prediction, log_eur: Array, share: float, dispersion: float) -> float:
    """How many wells lie outside their interval beyond the promised share, in what chance allows."""
    if not len(log_eur):
        return 0.0
    expected = share * len(log_eur)
    outside = float((~covered(predicted, log_eur)).sum())
    return float((outside - expected) / np.sqrt(dispersion * expected * (1 - share)))
