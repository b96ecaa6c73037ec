"""Alarms: actions, timing, scores or the share of watched accounts are not what they were at release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drift import Kept, counts, edges, stability
from {{ cookiecutter.package }}.features import CONTEXT, NUMBERS, Windows
from {{ cookiecutter.package }}.split import DAY

SCORE = "score"
_FLOOR = 5e-4


@dataclass(frozen=True, slots=True)
class Reference(Kept):
    """What is normal: inner bin edges and shares of each figure, the range of each, and the share watched.

    `dispersion` is how much more the number of watched accounts varies by window than independent ones would.
    """

    edges: Mapping[str, list[float]]
    shares: Mapping[str, list[float]]
    ranges: Mapping[str, list[float]]
    watch_rate: float
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
    """What was measured in one window: PSI of every figure, the share watched, and its z value."""

    begins: int
    accounts: int
    psi: Mapping[str, float]
    watch_rate: float
    watch_z: float

    def alarms(self, config: MonitorConfig) -> Iterator[Alarm]:
        """Every figure beyond its limit."""
        for name, value in self.psi.items():
            if value > config.max_psi:
                yield Alarm(self.begins, f"PSI of {name}", value, config.max_psi)
        if abs(self.watch_z) > config.max_watch_z:
            yield Alarm(self.begins, "z of the share watched", abs(self.watch_z), config.max_watch_z)


def figures(windows: Windows, score: Array) -> dict[str, Array]:
    """One value an account of everything that is watched over: its means, its devices and its score.

    Not how much it has played: that grows while an account lives, and is no drift.
    """
    count = np.maximum(windows.mask.sum(axis=1), 1.0)
    means = (windows.numbers * windows.mask[..., None]).sum(axis=1) / count[:, None]
    played = {f"mean_{name}": means[:, place] for place, name in enumerate(NUMBERS)}
    played["aggressive_share"] = ((windows.action >= 3) * windows.mask).sum(axis=1) / count
    crowd = windows.context[:, CONTEXT.index("accounts_on_device")]
    return {**played, "accounts_on_device": crowd, SCORE: score}


def describe(windows: Windows, score: Array, watch: float, config: MonitorConfig) -> Reference:
    """The normal state; `watch` is the score from which accounts are watched."""
    columns = figures(windows, score)
    inner = {name: edges(values, config.bins) for name, values in columns.items()}
    watched = score >= watch
    rate = max(float(watched.mean()), _FLOOR)
    week = windows.until // (config.window_days * DAY)
    weekly = np.array([[watched[week == one].sum(), (week == one).sum()] for one in np.unique(week)[1:-1]])
    excess = float(np.mean((weekly[:, 0] - rate * weekly[:, 1]) ** 2 / (rate * weekly[:, 1]))) if len(weekly) else 0.0
    return Reference(
        edges=inner,
        shares={name: _shares(values, inner[name]).tolist() for name, values in columns.items()},
        ranges={name: [float(values.min()), float(values.max())] for name, values in columns.items()},
        watch_rate=rate,
        dispersion=max(config.min_dispersion, excess),
    )


def measure(normal: Reference, windows: Windows, score: Array, watch: float, config: MonitorConfig) -> Iterator[Window]:
    """One `Window` for each full stretch of `window_days`, in order of time."""
    columns = figures(windows, score)
    span, begin = config.window_days * DAY, int(windows.until.min())
    index = (windows.until - begin) // span
    for one in range(int((windows.until.max() + 1 - begin) // span)):
        rows = index == one
        if not rows.any():
            continue
        watched = score[rows] >= watch
        expected = max(normal.watch_rate * float(rows.sum()), 1.0)
        yield Window(
            begins=begin + one * span,
            accounts=int(rows.sum()),
            psi={name: _psi(normal, name, values[rows]) for name, values in columns.items()},
            watch_rate=float(watched.mean()),
            watch_z=float((watched.sum() - expected) / np.sqrt(expected * normal.dispersion)),
        )


def _shares(values: Array, inner: list[float]) -> Array:
    """The share of values in each bin, with half a value more in each: an empty bin of few accounts says little."""
    found = counts(values, inner)[:-1] + 0.5
    return np.asarray(found / found.sum())


def _psi(normal: Reference, name: str, values: Array) -> float:
    """How far a figure's distribution has moved, less what chance alone adds in a window of so few accounts."""
    now, then = _shares(values, normal.edges[name]), np.array(normal.shares[name])
    return max(0.0, stability(then, now) - (len(now) - 1) / max(len(values), 1))
