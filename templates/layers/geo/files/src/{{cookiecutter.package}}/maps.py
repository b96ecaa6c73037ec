"""Maps of a run as SVG: what is expected where, how sure that is, what is advised, and which wells judged which."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from {{ cookiecutter.package }}.assess import Surface
from {{ cookiecutter.package }}.colours import INK, QUIET
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.drawing import drawn
from {{ cookiecutter.package }}.policy import ACTIONS
from {{ cookiecutter.package }}.train import Prepared

_ADVICE = ("#e4e4e0", "#1a7f5a", "#e8a33d")
_FOLDS = ("#1f5fa8", "#c4562b", "#2a7d4f", "#8458a8", "#b8860b", "#4a9aa8", "#a84a6d", "#6b7a3d")


def result(surface: Surface, prepared: Prepared, config: Config) -> bytes:
    """Expected recovery, width of the interval and advice, side by side; the line encloses poor data."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots(1, 3)
        eur = np.exp(surface.predicted.mean)
        ratio = np.exp(surface.predicted.high - surface.predicted.low)
        low, high = np.quantile(eur, [0.02, 0.98])
        _field(figure, axes[0], prepared, eur, "recovery, thousand barrels", "viridis", LogNorm(low, high))
        widest = float(np.quantile(ratio, 0.98))
        _field(
            figure, axes[1], prepared, ratio, "interval, high / low", "magma_r", LogNorm(max(1.1, ratio.min()), widest)
        )
        _advice(axes[2], prepared, surface)
        for one in axes:
            _poor(one, prepared, config)
        axes[0].plot(prepared.known["east_km"], prepared.known["north_km"], ".", color="white", markersize=2.2)
        axes[0].set_ylabel("km north")
        lines = [Line2D([], [], color=INK, linewidth=1.0, linestyle="--", label="poor data inside")]
        patches = [Patch(color=color, label=action) for color, action in zip(_ADVICE, ACTIONS, strict=True)]
        axes[2].legend(handles=[*patches, *lines], loc="upper center", bbox_to_anchor=(0.5, -0.08), ncol=2, fontsize=9)

    return drawn(paint, size=(10.4, 4.6), layout="compressed")


def folds(prepared: Prepared, config: Config) -> bytes:
    """Wells by the fold that judged them: whole blocks, so that no well is judged by its neighbour."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for number, fold in enumerate(prepared.folds):
            held = fold.held_out
            axes.plot(
                prepared.sites.east_km[held], prepared.sites.north_km[held], "o", markersize=4,
                color=_FOLDS[number % len(_FOLDS)], label=f"fold {number + 1}",
            )  # fmt: skip
        extent = _extent(prepared)
        for place in np.arange(0, max(extent) + config.split.block_km, config.split.block_km):
            axes.axvline(place, color=QUIET, linewidth=0.4)
            axes.axhline(place, color=QUIET, linewidth=0.4)
        axes.set(xlim=extent[:2], ylim=extent[2:], xlabel="km east", ylabel="km north", aspect="equal")
        axes.grid(visible=False)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))

    return drawn(paint, size=(6.4, 4.8))


def _field(
    figure: Figure, axes: Axes, prepared: Prepared, values: Array, title: str, colours: str, norm: LogNorm
) -> None:
    image = _image(axes, prepared, values, cmap=colours, norm=norm)
    bar = figure.colorbar(image, ax=axes, orientation="horizontal", pad=0.08, shrink=0.9, aspect=30)
    ticks = np.geomspace(norm.vmin or 1.0, norm.vmax or 1.0, 5)
    bar.set_ticks(ticks.tolist(), labels=[f"{tick:.2g}" if tick < 10 else f"{tick:.0f}" for tick in ticks])
    bar.minorticks_off()
    axes.set_title(title, fontsize=10)


def _advice(axes: Axes, prepared: Prepared, surface: Surface) -> None:
    _image(axes, prepared, surface.actions, cmap=ListedColormap(list(_ADVICE)), vmin=-0.5, vmax=2.5)
    axes.set_title("advice", fontsize=10)


def _image(axes: Axes, prepared: Prepared, values: Array, **options: Any) -> Any:
    axes.grid(visible=False)
    axes.tick_params(labelsize=8)
    shaped = values.reshape(prepared.maps.shape)
    return axes.imshow(shaped, origin="lower", extent=_extent(prepared), interpolation="nearest", **options)


def _poor(axes: Axes, prepared: Prepared, config: Config) -> None:
    east, north = (values.reshape(prepared.maps.shape) for values in prepared.maps.centres())
    axes.contour(
        east, north, prepared.maps.layers["quality"], levels=[config.interval.poor_quality],
        colors=[INK], linewidths=0.9, linestyles="--",
    )  # fmt: skip


def _extent(prepared: Prepared) -> tuple[float, float, float, float]:
    maps, (rows, columns) = prepared.maps, prepared.maps.shape
    return (
        maps.west_km, maps.west_km + columns * maps.cell_km,
        maps.south_km, maps.south_km + rows * maps.cell_km,
    )  # fmt: skip
