"""Alarms: homes are not those the model learned from, or prices have left what it expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drift import Kept, edges, shares, stability
from {{ cookiecutter.package }}.features import FEATURES, NAMES, FeatureTable
from {{ cookiecutter.package }}.model import Prediction

WATCHED = tuple(feature.name for feature in FEATURES if not feature.calendar)
"""Inputs that do not move by the calendar alone."""

DOUBT = "doubt"
_FLOOR = 5e-3


@dataclass(frozen=True, slots=True)
class Reference(Kept):
    """What is normal: bin edges and shares of inputs and of the ensemble's doubt, the range seen, and the misses.

    `bias` and `deviation` are of the logarithm of price over value; `wobble` is how much its mean varies by window
    beyond what independent sales explain.
    """

    edges: Mapping[str, list[float]]
    shares: Mapping[str, list[float]]
    ranges: Mapping[str, list[float]]
    doubt: list[float]
    bias: float
    deviation: float
    wobble: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """One figure of one window beyond its limit; `begins` is a day."""

    begins: int
    figure: str
    value: float
    limit: float

    def __str__(self) -> str:
        return f"from day {self.begins}: {self.figure} {self.value:.2f} is above {self.limit:.2f}"


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured in one window: PSI of every watched figure, the bias of values and its z.

    `implausible` is the share of sales whose price and area cannot both be right; the rest is of the others.
    """

    begins: int
    sales: int
    implausible: float
    psi: Mapping[str, float]
    bias: float
    bias_z: float

    def alarms(self, config: MonitorConfig) -> Iterator[Alarm]:
        """Every figure beyond its limit."""
        if self.implausible > config.max_implausible_share:
            yield Alarm(self.begins, "share of implausible sales", self.implausible, config.max_implausible_share)
        for name, value in self.psi.items():
            if value > config.max_psi:
                yield Alarm(self.begins, f"PSI of {name}", value, config.max_psi)
        if abs(self.bias_z) > config.max_bias_z:
            yield Alarm(self.begins, "z of prices over values", abs(self.bias_z), config.max_bias_z)


def describe(features: FeatureTable, found: Prediction, target: Array, config: MonitorConfig) -> Reference:
    """The normal state, from sales the model was not fitted on."""
    columns = _columns(features, found)
    inner = {name: edges(values, config.bins) for name, values in columns.items()}
    miss = target - found.expected
    month = features.at // 30
    counts = np.bincount(month - month.min())
    means = np.bincount(month - month.min(), weights=miss)[counts > 0] / counts[counts > 0]
    explained = miss.var() / counts[counts > 0]
    return Reference(
        edges=inner,
        shares={name: shares(values, inner[name]).tolist() for name, values in columns.items()},
        ranges={name: [float(features.column(name).min()), float(features.column(name).max())] for name in NAMES},
        doubt=np.quantile(found.doubt, np.linspace(0, 1, 101)).tolist(),
        bias=float(miss.mean()),
        deviation=float(miss.std()),
        wobble=float(np.sqrt(max(means.var() - explained.mean(), 0.0))),
    )


def measure(
    normal: Reference,
    features: FeatureTable,
    found: Prediction,
    target: Array,
    *,
    plausible: Array,
    config: MonitorConfig,
) -> Iterator[Window]:
    """One `Window` for each full stretch of `window_days` with enough sales, in order of time."""
    columns, miss = _columns(features, found), target - found.expected
    first, span = int(features.at.min()), config.window_days
    for one in range((int(features.at.max()) + 1 - first) // span):
        every = (features.at - first) // span == one
        rows = every & plausible
        count = int(rows.sum())
        if count < config.min_rows:
            continue
        bias = float(miss[rows].mean()) - normal.bias
        yield Window(
            begins=first + one * span,
            sales=count,
            implausible=1 - count / int(every.sum()),
            psi={name: _psi(normal, name, values[rows]) for name, values in columns.items()},
            bias=bias,
            bias_z=bias / float(np.hypot(normal.deviation / np.sqrt(count), max(normal.wobble, 0.01))),
        )


def _columns(features: FeatureTable, found: Prediction) -> dict[str, Array]:
    return {**{name: features.column(name) for name in WATCHED}, DOUBT: found.doubt}


def _psi(normal: Reference, name: str, values: Array) -> float:
    """How far a figure's distribution has moved, less what chance alone moves it in a sample of this size."""
    inner = normal.edges[name]
    moved = stability(np.array(normal.shares[name]), shares(values, inner), floor=_FLOOR)
    return max(moved - len(inner) / len(values), 0.0)
