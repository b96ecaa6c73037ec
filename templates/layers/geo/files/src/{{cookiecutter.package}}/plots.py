"""Charts of a run: coverage where data is good and where it is poor, cost of decisions, honest folds, alarms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.card import CONTENDERS
from {{ cookiecutter.package }}.colours import BLIND, INK, KRIGING, MODEL, QUIET
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.drawing import drawn
from {{ cookiecutter.package }}.effort import Curve, Forecast
from {{ cookiecutter.package }}.evaluate import Metrics

_COLOURS = {"model": MODEL, "kriging": KRIGING, "blind": BLIND}


def coverage(found: Mapping[str, Metrics], config: Config) -> bytes:
    """The share of wells in their interval, everywhere and by data quality, for every contender."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = ("everywhere", "where data is good", "where data is poor")
        for number, (name, metrics) in enumerate(found.items()):
            values = [metrics.coverage, metrics.coverage_good, metrics.coverage_poor]
            bars = axes.bar(
                np.arange(3) + 0.27 * (number - 1), values, 0.25, color=_COLOURS[name], label=CONTENDERS[name]
            )
            axes.bar_label(bars, [f"{value:.0%}" for value in values], fontsize=8, padding=-12, color="white")
        level = config.interval.level
        axes.axhline(level, color=INK, linestyle="--", linewidth=1)
        axes.text(2.95, level + 0.008, f"promised: {level:.0%}", ha="right", fontsize=9)
        axes.set(ylim=(0.5, 1.03), ylabel="share of wells in their interval", xlim=(-0.45, 2.95))
        axes.set_xticks(range(3), places)
        axes.grid(axis="x", visible=False)
        axes.legend(loc="upper center", bbox_to_anchor=(0.45, 1.14), ncol=3)

    return drawn(paint)


def reliability(levels: Array, good: Array, poor: Array) -> bytes:
    """Promised against kept shares of wells in intervals of many levels."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([levels[0], 1], [levels[0], 1], color=QUIET, linestyle=":", label="perfect")
        axes.plot(levels, good, marker="o", color=MODEL, label="where data is good")
        axes.plot(levels, poor, marker="s", color=BLIND, label="where data is poor")
        axes.set(
            xlabel="promised share of wells in the interval", ylabel="share found", ylim=(min(0.4, *poor, *good), 1.02)
        )
        axes.legend(loc="lower right")

    return drawn(paint)


def cost(found: Mapping[str, Metrics]) -> bytes:
    """What decisions cost against somebody who had known, for every contender."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for number, (name, metrics) in enumerate(found.items()):
            values = [metrics.regret_meur, metrics.regret_poor_meur]
            bars = axes.barh(
                np.arange(2) + 0.27 * (1 - number), values, 0.25, color=_COLOURS[name], label=CONTENDERS[name]
            )
            axes.bar_label(bars, [f"{value:.3f} M€" for value in values], fontsize=9, padding=3)
        axes.set_yticks(range(2), ("all sites", "where data\nis poor"))
        axes.set(xlabel="cost of decisions, million euro a site")
        axes.margins(x=0.18)
        axes.grid(axis="y", visible=False)
        axes.legend(loc="upper center", bbox_to_anchor=(0.45, 1.14), ncol=3)

    return drawn(paint, size=(7.2, 3.4))


def honesty(assessment: Assessment) -> bytes:
    """The median error as three judges see it: random folds, blocked folds and, in a made world, the truth."""
    blocked = assessment.held_out["model"].median_error
    shown = {"random folds\n(flattering)": (blocked / assessment.optimism, BLIND), "blocked folds": (blocked, MODEL)}
    if assessment.truth:
        shown["every cell,\nby the truth"] = (assessment.truth["model"].median_error, INK)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        errors = [error for error, _ in shown.values()]
        bars = axes.bar(range(len(shown)), errors, 0.5, color=[colour for _, colour in shown.values()])
        axes.bar_label(bars, [f"{error:.1%}" for error in errors], padding=2)
        axes.set_xticks(range(len(shown)), list(shown))
        axes.set(ylabel="median error")
        axes.margins(y=0.12)
        axes.grid(axis="x", visible=False)

    return drawn(paint, size=(6.0, 3.6))


def learning(curve: Curve, found: Forecast) -> bytes:
    """Median error by number of wells, with what chance allows, and where more wells are expected to lead."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        low, high = np.quantile(curve.draws, [0.05, 0.95], axis=0)
        axes.fill_between(curve.wells, low, high, color=MODEL, alpha=0.15, linewidth=0, label="90 % of draws of blocks")
        axes.plot(curve.wells, curve.error, marker="o", color=MODEL, label="so far")
        ends = [curve.wells[-1], curve.wells[-1] + found.more_wells]
        axes.plot(ends, [curve.error[-1], found.expected], linestyle=":", marker="o", color=BLIND, label="expected")
        axes.axhline(found.target, color=INK, linestyle="--", linewidth=1, label="target")
        axes.set(xlabel="wells whose recovery is known", ylabel="median error on held-out blocks")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.14), ncol=4)

    return drawn(paint, size=(7.2, 3.6))


def drift(assessment: Assessment, config: Config) -> bytes:
    """What the monitor measured in each window since training, as a share of the alarm's limit."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        limits, windows = config.monitor, assessment.windows
        number = np.arange(1, len(windows) + 1)
        inputs = [max(map(abs, window.inputs.values())) / limits.max_input_z for window in windows]
        _line(axes, number, inputs, "inputs: the largest shift", MODEL, "o")
        _line(
            axes,
            number,
            [abs(window.bias) / limits.max_bias_z for window in windows],
            "bias of predictions",
            BLIND,
            "s",
        )
        misses = [max(window.misses, 0) / limits.max_miss_z for window in windows]
        _line(axes, number, misses, "wells outside their interval", KRIGING, "^")
        axes.axhline(1.0, color=INK, linestyle="--", linewidth=1, label="alarm")
        axes.set(xlabel=f"window of {limits.window_days} days since training", ylabel="share of the alarm's limit")
        axes.set_ylim(0, max(1.15, *inputs))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.17), ncol=2)

    return drawn(paint)


def _line(axes: Axes, number: Array, values: list[float], label: str, colour: str, marker: str) -> None:
    axes.plot(number, values, marker=marker, color=colour, label=label)
