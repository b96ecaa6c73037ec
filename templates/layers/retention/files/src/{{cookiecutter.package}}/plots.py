"""Pictures of a run as SVG, the same bytes for the same figures."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from {{ cookiecutter.package }}.assess import Judged, Trial
from {{ cookiecutter.package }}.config import Config, MonitorConfig
from {{ cookiecutter.package }}.coverage import Coverage
from {{ cookiecutter.package }}.drawing import plotted
from {{ cookiecutter.package }}.evaluate import reliability
from {{ cookiecutter.package }}.experiment import adjusted, difference
from {{ cookiecutter.package }}.explain import wilson
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.population import DAY

_MODEL, _BASELINE, _QUIET = "#1f5fa8", "#c4562b", "#8a8a8a"
_COVERAGE = ["#a51c12", "#f0a58c", "#f1f4f7", "#c3d5e6", "#8fb2d3"]
"""From nothing logged over what is planned (pale) to twice as much: a gap is red, plenty is calm."""

_FEW = 1e-9


def tenths(judged: Judged) -> bytes:
    """Predicted and observed share by tenth of score, with intervals, and what the cohort rate can tell apart."""
    return plotted(lambda axes: _tenths(axes, judged))


def effect(trial: Trial, config: Config) -> bytes:
    """The estimate and its interval day by day, plain and adjusted."""
    return plotted(lambda axes: _effect(axes, trial, config))


def coverage(found: Coverage) -> bytes:
    """Events × days, shaded by logged against planned; a hole is a gap in the logging."""
    return plotted(lambda axes: _coverage(axes, found))


def scores(judged: Judged) -> bytes:
    """Histograms of the score by outcome."""
    return plotted(lambda axes: _scores(axes, judged))


def drift(windows: list[Window], config: MonitorConfig) -> bytes:
    """The largest stability index and the deviation of users who came back, in each window after deployment."""
    return plotted(lambda axes: _drift(axes, windows, config))


def _tenths(axes: Axes, judged: Judged) -> None:
    predicted, observed, size = reliability(judged.score, judged.retained)
    bands = np.array([wilson(round(share * n), int(n)) for share, n in zip(observed, size, strict=True)])
    place = np.arange(1, len(size) + 1)
    axes.bar(place, observed, width=0.7, color=_MODEL, alpha=0.35, label="came back")
    axes.vlines(place, bands[:, 0], bands[:, 1], color=_MODEL, linewidth=1.5, label="90 % interval")
    axes.plot(place, predicted, "D", color="#0b2f57", markersize=6, label="predicted")
    simple, _, _ = reliability(judged.cohort_rate, judged.retained)
    axes.step(place, simple, where="mid", color=_BASELINE, linewidth=1.5, label="cohort rate's own tenths")
    axes.set(xlabel="tenth of users, lowest score first", ylabel="share that comes back", ylim=(0, 1), xticks=place)
    axes.legend(loc="upper left")


def _effect(axes: Axes, trial: Trial, config: Config) -> None:
    level, day = config.experiment.confidence, trial.assigned_at // DAY
    shown = np.unique(day)[6:]
    ways = ((difference, _QUIET, "difference of the arms"), (adjusted, _MODEL, "adjusted by the score"))
    for estimate, color, label in ways:
        found = [estimate(trial.arms.rows(day <= one), confidence=level) for one in shown]
        middle, low, high = 100 * np.array([(one.estimate, one.low, one.high) for one in found]).T
        axes.fill_between(shown, low, high, color=color, alpha=0.22, linewidth=0)
        axes.plot(shown, middle, color=color, linewidth=2, label=label)
    if trial.true is not None:
        axes.axhline(100 * trial.true, color=_BASELINE, linestyle="--", label="truth of the made world")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xlabel="day up to which users are counted", ylabel="more users come back, in points")
    axes.legend(loc="upper right")


def _coverage(axes: Axes, found: Coverage) -> None:
    rows, names = [], []
    for number, event in enumerate(found.plan.events):
        since = found.since(event)
        planned = found.users[since].sum(axis=0) * event.per_100_active / 100
        rows.append(found.logged[number, since].sum(axis=0) / np.maximum(planned, _FEW))
        names.append(f"{event.source}.{event.event}")
    shades = LinearSegmentedColormap.from_list("coverage", _COVERAGE)
    image = axes.imshow(
        np.clip(np.array(rows), 0, 2), aspect="auto", cmap=shades, vmin=0, vmax=2, interpolation="nearest",
        extent=(0.0, float(len(found.days)), len(rows) - 0.5, -0.5),
    )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="day")
    axes.grid(False)
    axes.figure.colorbar(image, ax=axes, label="logged ÷ planned", ticks=[0, 0.5, 1, 1.5, 2])


def _scores(axes: Axes, judged: Judged) -> None:
    bins = np.linspace(0, 1, 41).tolist()
    for outcome, color, label in ((0, _BASELINE, "stayed away"), (1, _MODEL, "came back")):
        axes.hist(judged.score[judged.retained == outcome], bins=bins, color=color, alpha=0.5, label=label)
    axes.set(xlabel="predicted probability to come back", ylabel="users", xlim=(0, 1))
    axes.legend()


def _drift(axes: Axes, windows: list[Window], config: MonitorConfig) -> None:
    weeks = [window.begins // DAY for window in windows]
    largest = [max(window.psi.values()) / config.max_psi for window in windows]
    back = [abs(window.return_z) / config.max_return_z for window in windows]
    axes.plot(weeks, largest, marker="o", color=_MODEL, label="inputs and score: largest PSI")
    axes.plot(weeks, back, marker="s", color=_BASELINE, label="users who came back")
    axes.axhline(1.0, color=_QUIET, linestyle="--", label="alarm")
    axes.set(xlabel="day", ylabel="share of the alarm's limit", ylim=(0, max(1.2, *largest, *back) * 1.05))
    axes.legend()
