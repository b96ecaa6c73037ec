"""One look for all pictures: SVG, the same bytes for the same figures."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Layout = Literal["constrained", "compressed"]
STYLE: Any = {
    "svg.hashsalt": "{{ cookiecutter.package }}",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "axes.axisbelow": True,
    "legend.frameon": False,
}


def drawn(
    paint: Callable[[Figure], None], *, size: tuple[float, float] = (7.2, 4.0), layout: Layout = "constrained"
) -> bytes:
    """The figure that `paint` fills, as SVG."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=size, layout=layout, dpi=150)
        paint(figure)
        return svg(figure)


def plotted(paint: Callable[[Axes], None], *, size: tuple[float, float] = (7.2, 4.0)) -> bytes:
    """A figure with one pair of axes, on which `paint` draws, as SVG."""
    return drawn(lambda figure: paint(figure.subplots()), size=size)


def svg(figure: Figure) -> bytes:
    """A figure without the time at which it was drawn."""
    target = io.BytesIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()
