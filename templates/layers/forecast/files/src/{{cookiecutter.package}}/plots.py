"""Pictures of a run as SVG, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drawing import STYLE, svg
from {{ cookiecutter.package }}.fields import Array
from {{ cookiecutter.package }}.information import Layer
from {{ cookiecutter.package }}.monitor import Reference, Window
from {{ cookiecutter.package }}.spectra import BANDS, amplitude

_MODEL, _ADVECTION, _QUIET = "#1f5fa8", "#c4562b", "#8a8a8a"
_BANDS = {"long": "#9ecae1", "middle": "#4292c6", "short": "#08519c"}
_STYLE = {**STYLE, "axes.grid": False}


def fields(assessment: Assessment, *, lead: int) -> bytes:
    """One hour of the test period: what happened, what was forecast, advection, and the width of the interval."""
    one = assessment.judged[lead]
    hour = int(np.argsort(np.square(one.speed - one.truth).mean(axis=(1, 2)))[len(one.hours) // 2])
    shown = [
        ("it happened", one.truth[hour]), (f"forecast, +{lead} h", one.speed[hour]), ("advection", one.advection[hour]),
    ]  # fmt: skip
    low, high = (float(bound(field)) for bound, field in ((np.min, one.truth[hour]), (np.max, one.truth[hour])))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(10.4, 3.0), layout="constrained")
        axes: Sequence[Axes] = figure.subplots(1, 4)
        for axis, (title, field) in zip(axes, shown, strict=False):
            drawn = _map(axis, title, field, cmap="viridis", vmin=low, vmax=high)
        figure.colorbar(drawn, ax=list(axes[:3]), label="wind, m/s", shrink=0.8)
        width = _map(axes[3], "± interval", one.halfwidth[hour], cmap="magma_r", vmin=None, vmax=None)
        figure.colorbar(width, ax=axes[3], label="m/s", shrink=0.8)
        return svg(figure)


def leads(assessment: Assessment) -> bytes:
    """Error by lead: the model and what it must beat."""
    found = assessment.metrics.leads
    at = [one.lead for one in found]
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        axes.plot(at, [one.rmse for one in found], marker="o", color=_MODEL, label="model")
        axes.plot(at, [one.advection for one in found], marker="s", color=_ADVECTION, label="advection")
        axes.plot(at, [one.persistence for one in found], marker="^", color=_QUIET, label="persistence")
        axes.set(xlabel="lead, hours", ylabel="root mean squared error, m/s", ylim=(0, None), xticks=at)
        axes.grid(alpha=0.25)
        axes.legend()
        return svg(figure)


def layers(found: Sequence[Layer]) -> bytes:
    """What a linear probe reads back after each layer of the encoder, by band."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        place = np.arange(len(found))
        for number, band in enumerate(BANDS):
            shares = [max(layer.energy[band], 0.0) for layer in found]
            axes.bar(place + 0.26 * (number - 1), shares, width=0.24, color=_BANDS[band], label=f"{band} waves")
        names = [f"{layer.name}\n{layer.channels} ch · {layer.cells}x{layer.cells} cells" for layer in found]
        axes.set_xticks(place, names)
        axes.set(ylabel="energy of the image that can be read back", ylim=(0, 1.25))
        axes.legend(loc="upper left", ncols=3)
        return svg(figure)


def spectrum(assessment: Assessment, images: Array, *, leads: Sequence[int]) -> bytes:
    """Energy of the reconstruction and of forecasts over that of the truth, by wavelength."""
    start = assessment.judged[0]
    whole = np.isfinite(images).all(axis=(1, 2))
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        length, ratio = amplitude(images[whole], start.brightness[whole])
        axes.plot(length, ratio, color="black", label="image, reconstructed")
        shades = ["#9ecae1", "#4292c6", "#08519c"]
        for number, lead in enumerate(leads):
            length, ratio = amplitude(assessment.judged[lead].truth, assessment.judged[lead].speed)
            axes.plot(length, ratio, color=shades[number % len(shades)], label=f"wind, +{lead} h")
        axes.axhline(1.0, color=_QUIET, linestyle=":")
        axes.axvline(BANDS["short"][0], color=_QUIET, linestyle="--")
        axes.set(xscale="log", xlabel="wavelength, cells", ylabel="energy over the truth's", ylim=(0, 1.3))
        axes.set_xticks([3, 4, 6, 12, 24], ["3", "4", "6", "12", "24"])
        axes.set_xlim(float(length.max()), 3)
        axes.minorticks_off()
        axes.grid(alpha=0.25)
        axes.legend(loc="lower left")
        return svg(figure)


def drift(windows: Sequence[Window], normal: Reference, config: MonitorConfig) -> bytes:
    """Each figure of the monitor, window by window, as a share of the alarm's limit."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        at = [window.begins for window in windows]
        for name in windows[0].figures:
            axes.plot(at, [abs(window.z(normal)[name]) / config.max_z for window in windows], marker=".", label=name)
        axes.axhline(1.0, color=_QUIET, linestyle="--")
        axes.set(xlabel="hour", ylabel="share of the alarm's limit", ylim=(0, None))
        axes.grid(alpha=0.25)
        axes.legend(ncols=3, loc="upper left", fontsize=8)
        return svg(figure)


def _map(axes: Axes, title: str, field: Array, *, cmap: str, vmin: float | None, vmax: float | None) -> Any:
    axes.set_title(title, fontsize=10)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes.imshow(field, cmap=cmap, vmin=vmin, vmax=vmax, interpolation="nearest")


def _figure() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.2, 3.8), layout="constrained")
    return figure, figure.subplots()
