"""Pictures of a run as SVG, the same bytes for the same figures."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drawing import drawn, plotted
from {{ cookiecutter.package }}.judge import BLIND, MODEL, POPULARITY, RANKERS
from {{ cookiecutter.package }}.monitor import Window

_COLOURS = {MODEL: "#1f5fa8", BLIND: "#c4562b", POPULARITY: "#8a8a8a"}
_MARKS = {MODEL: "o", BLIND: "s", POPULARITY: "^"}


def result(assessment: Assessment) -> bytes:
    """NDCG of the rankers for all items and for cold ones, and what they gain by plays of the item."""

    def paint(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, width_ratios=(2, 3))
        _bars(left, assessment)
        _by_item(right, assessment)

    return drawn(paint, size=(8.6, 3.8))


def exposure(assessment: Assessment) -> bytes:
    """Share of the slots that the most shown items get."""
    return plotted(lambda axes: _exposure(axes, assessment))


def alarms(windows: list[Window], config: MonitorConfig) -> bytes:
    """How far each figure of each window is from normal, as share of the alarm's limit."""
    return plotted(lambda axes: _alarms(axes, windows, config))


def _bars(axes: Axes, assessment: Assessment) -> None:
    places = np.arange(2)
    for number, ranker in enumerate(RANKERS):
        found = assessment.rankers[ranker]
        values = np.array([found.ndcg, found.cold_ndcg])
        axes.bar(places + 0.27 * (number - 1), values, width=0.25, color=_COLOURS[ranker], label=ranker)
    for place, name in zip(places, ("ndcg", "cold_ndcg"), strict=True):
        low, high = assessment.intervals[name]
        axes.plot([place - 0.27] * 2, [low, high], color="#222", linewidth=1.5)
    axes.set(xticks=places, xticklabels=["all items", "cold items"], ylabel="NDCG@10")
    axes.grid(visible=False, axis="x")


def _by_item(axes: Axes, assessment: Assessment) -> None:
    places = np.arange(len(assessment.by_item))
    for ranker in RANKERS:
        values = [found[ranker] for found in assessment.by_item.values()]
        axes.plot(places, values, color=_COLOURS[ranker], marker=_MARKS[ranker], label=ranker)
    axes.set(xticks=places, xticklabels=list(assessment.by_item), ylabel="mean gain of a choice",
             xlabel="plays of the chosen item before")  # fmt: skip
    axes.legend(loc="upper center")
    axes.set_ylim(bottom=0)


def _exposure(axes: Axes, assessment: Assessment) -> None:
    percent = np.arange(101)
    for ranker in RANKERS:
        axes.plot(percent, 100 * np.array(assessment.exposure[ranker]), color=_COLOURS[ranker], label=ranker)
    axes.plot(percent, percent, color="#bbb", linestyle=":", label="all alike")
    axes.set(xlabel="percent of the items, the most shown first", ylabel="percent of the slots")
    axes.set(xlim=(0, 100), ylim=(0, 101))
    axes.legend(loc="lower right")


def _alarms(axes: Axes, windows: list[Window], config: MonitorConfig) -> None:
    names = list(windows[-1].z) if windows else []
    for number, window in enumerate(windows):
        share = [abs(window.z[name]) / config.max_z for name in names]
        axes.barh(np.arange(len(names)) + 0.8 * number / len(windows), share, height=0.7 / len(windows), align="edge",
                  color=_COLOURS[MODEL])  # fmt: skip
    axes.axvline(1.0, color=_COLOURS[BLIND], linestyle="--", label="alarm")
    axes.set(yticks=np.arange(len(names)) + 0.35, yticklabels=names, xlabel="distance from normal, share of the limit")
    axes.set_xlim(0, 1.15)
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
