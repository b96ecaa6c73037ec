"""Alarms: inputs, scores or the share that comes back are not what they were when the model was released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drift import Kept, edges, shares, stability
from {{ cookiecutter.package }}.features import FEATURES, FeatureTable
from {{ cookiecutter.package }}.population import DAY

SCORE = "score"
_FLOOR = 1e-3


@dataclass(frozen=True, slots=True)
class Reference(Kept):
    """What is normal: bin edges and shares of each input and of the score (the last share is of missing values), and
    the range seen."""

    edges: Mapping[str, list[float]]
    shares: Mapping[str, list[float]]
    ranges: Mapping[str, list[float]]


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
    """What was measured in one window: PSI of every input and the score, and, of those whose second week is over,
    how many deviations more users came back than predicted (0 while nobody's is)."""

    begins: int
    users: int
    psi: Mapping[str, float]
    return_z: float

    def alarms(self, config: MonitorConfig) -> Iterator[Alarm]:
        """Every figure beyond its limit."""
        for name, value in self.psi.items():
            if value > config.max_psi:
                yield Alarm(self.begins, f"PSI of {name}", value, config.max_psi)
        if abs(self.return_z) > config.max_return_z:
            yield Alarm(self.begins, "z of users who came back", abs(self.return_z), config.max_return_z)


def describe(features: FeatureTable, score: Array, config: MonitorConfig) -> Reference:
    """The normal state, from users the model was not fitted on."""
    columns = {**{name: features.column(name) for name in FEATURES}, SCORE: score}
    inner = {name: edges(values, config.bins) for name, values in columns.items()}
    return Reference(
        edges=inner,
        shares={name: shares(values, inner[name]).tolist() for name, values in columns.items()},
        ranges={name: [float(np.nanmin(values)), float(np.nanmax(values))] for name, values in columns.items()},
    )


def measure(
    normal: Reference, features: FeatureTable, score: Array, retained: Array, known: Array, config: MonitorConfig
) -> Iterator[Window]:
    """One `Window` for each full stretch of `window_days`, in order of time; `retained` counts where it is `known`."""
    span = config.window_days * DAY
    begin = int(features.moment.min()) // DAY * DAY
    index = (features.moment - begin) // span
    for one in range(int((features.moment.max() + 1 - begin) // span)):
        rows = index == one
        if not rows.any():
            continue
        columns = {**{name: features.column(name)[rows] for name in FEATURES}, SCORE: score[rows]}
        yield Window(
            begins=begin + one * span,
            users=int(rows.sum()),
            psi={name: _psi(normal, name, values) for name, values in columns.items()},
            return_z=_return_z(score[rows & known], retained[rows & known]),
        )


def _return_z(score: Array, retained: Array) -> float:
    if not len(score):
        return 0.0
    return float((retained.sum() - score.sum()) / np.sqrt((score * (1 - score)).sum()))


def _psi(normal: Reference, name: str, values: Array) -> float:
    """How far a figure's distribution has moved."""
    return stability(np.array(normal.shares[name]), shares(values, normal.edges[name]), floor=_FLOOR)
