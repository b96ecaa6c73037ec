"""Pictures of a run as SVG, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import MonitorConfig, TargetConfig
from {{ cookiecutter.package }}.curve import Point
from {{ cookiecutter.package }}.drawing import plotted
from {{ cookiecutter.package }}.forecast import Forecast, believe
from {{ cookiecutter.package }}.limits import Limits
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.split import DAY

_MODEL, _BASELINE, _QUIET, _GOOD = "#1f5fa8", "#c4562b", "#8a8a8a", "#2a7d4f"


def learning_curve(points: Sequence[Point], forecast: Forecast, target: TargetConfig) -> bytes:
    """Recall by number of labels, what is believed beyond the last, the target, and where the budget ends."""
    return plotted(lambda axes: _learning_curve(axes, points, forecast, target))


def scores(score: Array, bot: Array, limits: Limits) -> bytes:
    """How scores of people and of bots are spread, with the limits that were set before."""
    return plotted(lambda axes: _scores(axes, score, bot, limits))


def families(found: dict[str, dict[str, float]], unseen: str) -> bytes:
    """Recall by family, of the model and of the baseline."""
    return plotted(lambda axes: _families(axes, found, unseen))


def suspicion(running: dict[str, Array], limits: Limits) -> bytes:
    """The log-odds of some accounts after each of their actions."""
    return plotted(lambda axes: _suspicion(axes, running, limits))


def drift(windows: list[Window], config: MonitorConfig) -> bytes:
    """The largest stability index and the deviation of the share watched in each window after deployment."""
    return plotted(lambda axes: _drift(axes, windows, config))


def _learning_curve(axes: Axes, points: Sequence[Point], forecast: Forecast, target: TargetConfig) -> None:
    belief, most = believe(points), forecast.labels + target.max_more_labels
    labels = np.geomspace(0.6 * min(point.labels for point in points), 1.15 * most, 60)
    low, middle, high = np.array([belief.band(at) for at in labels]).T
    axes.fill_between(labels, low, high, color=_MODEL, alpha=0.15, linewidth=0, label="8 of 10 cases")
    axes.plot(labels, middle, color=_MODEL, label="expected")
    axes.plot([point.labels for point in points], [point.recall for point in points], "o", color=_MODEL,
              markersize=5, markerfacecolor="white", label="measured")  # fmt: skip
    axes.plot(forecast.labels, forecast.recall, "o", color=_MODEL, markersize=8, label="this run")
    axes.axhline(target.recall, color=_GOOD, label=f"target: chance {forecast.chance:.0%}")
    for milestone in target.milestones:
        axes.axhline(milestone.recall, color=_GOOD, linewidth=0.8, linestyle=":")
    axes.axvline(most, color=_QUIET, linestyle="--", label="end of the budget")
    axes.set(xscale="log", xlabel="labels to learn from", ylabel="share of bots found", ylim=(0, 1))
    axes.set_xticks(_round_ticks(labels), [f"{at:,}" for at in _round_ticks(labels)])
    axes.minorticks_off()
    axes.legend(loc="upper left", ncols=2, fontsize=9)


def _round_ticks(labels: Array) -> list[int]:
    steps = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]
    return [step for step in steps if labels[0] <= step <= labels[-1]]


def _scores(axes: Axes, score: Array, bot: Array, limits: Limits) -> None:
    edges = np.linspace(score.min(), score.max(), 60).tolist()
    for kind, color, label in ((0, _QUIET, "people"), (1, _BASELINE, "bots")):
        axes.hist(score[bot == kind], bins=edges, color=color, alpha=0.75, label=label)
    axes.axvline(limits.watch, color=_MODEL, linestyle=":", label="watched from here")
    axes.axvline(limits.refer, color=_MODEL, linestyle="--", label="referred from here")
    axes.set(yscale="log", xlabel="log-odds of a bot, mean of the networks", ylabel="accounts")
    axes.legend()


def _families(axes: Axes, found: dict[str, dict[str, float]], unseen: str) -> None:
    names = sorted(found, key=lambda name: (name == unseen, name))
    place = np.arange(len(names))
    for shift, who, color in ((-0.18, "model", _MODEL), (0.18, "baseline", _BASELINE)):
        shares = [found[name][who] for name in names]
        bars = axes.bar(place + shift, shares, width=0.34, color=color, label=who)
        axes.bar_label(bars, [f"{share:.0%}" for share in shares], fontsize=9)
    axes.set_xticks(place, [f"{name}\nnever seen before" if name == unseen else name for name in names])
    axes.set(ylabel="share of accounts found", ylim=(0, 1.08))
    axes.grid(axis="x", visible=False)
    axes.legend()


def _suspicion(axes: Axes, running: dict[str, Array], limits: Limits) -> None:
    colors = [_QUIET, *mpl.color_sequences["tab10"][1:]]
    for color, (name, values) in zip(colors, running.items(), strict=False):
        steps = np.arange(1, values.shape[1] + 1)
        for number, row in enumerate(values):
            axes.plot(steps, row, color=color, linewidth=1.1, alpha=0.8, label=name if number == 0 else None)
    axes.axhline(limits.watch, color=_MODEL, linestyle=":")
    axes.axhline(limits.refer, color=_MODEL, linestyle="--")
    axes.annotate("referred", (0.5, limits.refer), color=_MODEL, va="bottom", fontsize=9)
    axes.annotate("watched", (0.5, limits.watch), color=_MODEL, va="bottom", fontsize=9)
    axes.set(xlabel="actions seen", ylabel="log-odds of a bot")
    axes.legend(loc="lower right", ncols=3, fontsize=9)


def _drift(axes: Axes, windows: list[Window], config: MonitorConfig) -> None:
    weeks = [window.begins // DAY for window in windows]
    largest = [max(window.psi.values()) / config.max_psi for window in windows]
    rate = [abs(window.watch_z) / config.max_watch_z for window in windows]
    axes.plot(weeks, largest, marker="o", color=_MODEL, label="actions, timing, devices, score: largest PSI")
    axes.plot(weeks, rate, marker="s", color=_BASELINE, label="share of watched accounts")
    axes.axhline(1.0, color=_QUIET, linestyle="--", label="alarm")
    axes.set(xlabel="day", ylabel="share of the alarm's limit", ylim=(0, max(1.2, *largest, *rate) * 1.05))
    axes.legend()
