"""Pictures of a run as SVG, the same bytes for the same figures."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from {{ cookiecutter.package }}.assess import Trial
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drawing import drawn, plotted
from {{ cookiecutter.package }}.features import FeatureTable
from {{ cookiecutter.package }}.market import FIRST_YEAR
from {{ cookiecutter.package }}.model import Values
from {{ cookiecutter.package }}.monitor import Window

_MODEL, _TREES, _LEGACY, _QUIET = "#1f5fa8", "#5d9b5a", "#c4562b", "#8a8a8a"


def uncertainty(features: FeatureTable, values: Values, lakes: Columns) -> bytes:
    """One map a town: every home valued, the darker the wider its interval; lakes for orientation."""

    def paint(figure: Figure) -> None:
        width = 100 * (values.high - values.low) / values.value
        least, most = np.percentile(width, [2, 98])
        towns = np.unique(features.town)
        shown = figure.subplots(1, len(towns), sharey=True)
        for axes, town in zip(shown, towns, strict=True):
            rows = features.town == town
            dots = axes.scatter(
                features.column("east_km")[rows], features.column("north_km")[rows], c=width[rows],
                s=7, cmap="YlOrRd", vmin=least, vmax=most, linewidths=0, rasterized=True,
            )  # fmt: skip
            _lakes(axes, lakes, str(town))
            axes.set(title=str(town), xlabel="km east", xlim=(-5, 5), ylim=(-5, 5), aspect="equal")
        shown[0].set_ylabel("km north of the centre")
        figure.colorbar(dots, ax=shown.tolist(), label="interval's width, % of the value", shrink=0.8)

    return drawn(paint, size=(7.6, 3.3))


def origins(trials: list[Trial]) -> bytes:
    """The median error after each day of deployment: the legacy formula, trees, and the ensemble."""

    def paint(axes: Axes) -> None:
        place = np.arange(len(trials))
        for number, (name, colour, title) in enumerate(
            [
                ("legacy", _LEGACY, "legacy formula"),
                ("trees", _TREES, "gradient boosting"),
                ("model", _MODEL, "ensemble"),
            ]
        ):
            height = [100 * getattr(one, name).mdape for one in trials]
            bars = axes.bar(place + 0.27 * (number - 1), height, 0.25, color=colour, label=title)
            axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=9)
        axes.set_xticks(place, [f"trained to {FIRST_YEAR + one.deployed_on / 365.25:.1f}" for one in trials])
        axes.set_ylabel("median error on the next year, %")
        axes.grid(axis="x", visible=False)
        axes.margins(y=0.16)
        axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))

    return plotted(paint)


def promises(expected: Array, spread: Array, target: Array, few: Array, reach: dict[str, float]) -> bytes:
    """The share of prices inside intervals of growing width, where many and where few sales are known.

    `reach` gives the chosen width in spreads for each of the two; an interval twice as wide reaches twice as far.
    """

    def paint(axes: Axes) -> None:
        times = np.linspace(0, 2, 61)
        misses = np.abs(target - expected) / spread
        for rows, name, colour in ((~few, "many", _MODEL), (few, "few", _LEGACY)):
            if rows.any():
                held = [(misses[rows] <= reach[name] * time).mean() for time in times]
                axes.plot(times, 100 * np.array(held), color=colour, label=f"{name} sales nearby ({int(rows.sum())})")
        axes.axvline(1.0, color=_QUIET, linestyle="--", label="the interval that is served")
        axes.axhline(90, color=_QUIET, linestyle=":")
        axes.set(xlabel="width, as a multiple of the one served", ylabel="prices inside, %", ylim=(0, 101), xlim=(0, 2))
        axes.legend(loc="lower right")

    return plotted(paint)


def sensitivity(cost: dict[str, float]) -> bytes:
    """What the error would be more if homes had another home's size, place …"""

    def paint(axes: Axes) -> None:
        names = list(cost)[::-1]
        bars = axes.barh(names, [100 * cost[name] for name in names], color=_MODEL)
        axes.bar_label(bars, fmt="%.1f", padding=3)
        axes.set_xlabel("points of median error more, when mixed up between homes")
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.12)

    return plotted(paint, size=(7.6, 3.2))


def drift(windows: list[Window], config: MonitorConfig) -> bytes:
    """The largest stability index and the bias of values in each window after deployment."""

    def paint(axes: Axes) -> None:
        days = [window.begins - windows[0].begins for window in windows]
        largest = [max(window.psi.values()) / config.max_psi for window in windows]
        bias = [abs(window.bias_z) / config.max_bias_z for window in windows]
        wrong = [window.implausible / config.max_implausible_share for window in windows]
        axes.plot(days, largest, marker="o", color=_MODEL, label="homes: largest PSI of an input")
        axes.plot(days, bias, marker="s", color=_LEGACY, label="prices over values")
        axes.plot(days, wrong, marker="^", color=_TREES, label="implausible sales")
        axes.axhline(1.0, color=_QUIET, linestyle="--", label="alarm")
        axes.set(xlabel="days after deployment", ylabel="share of the alarm's limit")
        axes.set_ylim(0, max(1.2, *largest, *bias, *wrong) * 1.05)
        axes.legend()

    return plotted(paint, size=(7.6, 3.4))


def _lakes(axes: Axes, lakes: Columns, town: str) -> None:
    for east, north, radius in zip(
        *(lakes[name][lakes["town"] == town] for name in ("east_km", "north_km", "radius_km")), strict=True
    ):
        axes.add_patch(Circle((float(east), float(north)), float(radius), color="#9cc4e4", alpha=0.8, zorder=0))
