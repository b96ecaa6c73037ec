"""Alarms: inputs, scores or the share of blocked payments are not what they were when the model was released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drift import Kept, edges, shares, stability
from {{ cookiecutter.package }}.features import NAMES, FeatureTable
from {{ cookiecutter.package }}.population import DAY

SCORE = "score"
BLOCK_RATE = "block_rate"
_FLOOR = 5e-4


@dataclass(frozen=True, slots=True)
class Reference(Kept):
    """What is normal: bin edges and shares of each input and of the score (the last share is of missing values),
    the range seen, the share of blocked payments, and how much more that varies by window than chance alone."""

    edges: Mapping[str, list[float]]
    shares: Mapping[str, list[float]]
    ranges: Mapping[str, list[float]]
    block_rate: float
    dispersion: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """One figure of one window beyond its limit; `begins` in seconds."""

    begins: int
    figure: str
    value: float
    limit: float

    def __str__(self) -> str:
        return f"day {self.begins // DAY}: {self.figure} {self.value:.2f} is above {self.limit:.2f}"


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured in one window: PSI of every input and the score, share blocked, and its z value."""

    begins: int
    payments: int
    psi: Mapping[str, float]
    block_rate: float
    block_rate_z: float

    def alarms(self, config: MonitorConfig) -> Iterator[Alarm]:
        """Every figure beyond its limit."""
        for name, value in self.psi.items():
            if value > config.max_psi:
                yield Alarm(self.begins, f"PSI of {name}", value, config.max_psi)
        if abs(self.block_rate_z) > config.max_block_rate_z:
            yield Alarm(self.begins, "z of the block rate", abs(self.block_rate_z), config.max_block_rate_z)


def describe(features: FeatureTable, score: Array, blocked: Array, config: MonitorConfig) -> Reference:
    """The normal state, from payments the model was not fitted on."""
    columns = {**{name: features.column(name) for name in NAMES}, SCORE: score}
    inner = {name: edges(values, config.bins) for name, values in columns.items()}
    rate = float(blocked.mean())
    week = features.at // (config.window_days * DAY)
    counts = np.array([[blocked[week == one].sum(), (week == one).sum()] for one in np.unique(week)[1:-1]])
    expected = np.maximum(rate * counts[:, 1], _FLOOR)
    return Reference(
        edges=inner,
        shares={name: shares(values, inner[name]).tolist() for name, values in columns.items()},
        ranges={name: [float(np.nanmin(values)), float(np.nanmax(values))] for name, values in columns.items()},
        block_rate=rate,
        dispersion=max(config.min_dispersion, float(np.mean((counts[:, 0] - expected) ** 2 / expected))),
    )


def measure(
    normal: Reference, features: FeatureTable, score: Array, blocked: Array, config: MonitorConfig
) -> Iterator[Window]:
    """One `Window` for each full stretch of `window_days`, in order of time."""
    span = config.window_days * DAY
    index = (features.at - features.at.min()) // span
    for one in range(int((features.at.max() + 1 - features.at.min()) // span)):
        rows = index == one
        if not rows.any():
            continue
        columns = {**{name: features.column(name)[rows] for name in NAMES}, SCORE: score[rows]}
        expected = max(normal.block_rate * rows.sum(), 1.0)
        yield Window(
            begins=int(features.at.min()) + one * span,
            payments=int(rows.sum()),
            psi={name: _psi(normal, name, values) for name, values in columns.items()},
            block_rate=float(blocked[rows].mean()),
            block_rate_z=float((blocked[rows].sum() - expected) / np.sqrt(expected * normal.dispersion)),
        )


def _psi(normal: Reference, name: str, values: Array) -> float:
    """How far a figure's distribution has moved."""
    return stability(np.array(normal.shares[name]), shares(values, normal.edges[name]), floor=_FLOOR)
