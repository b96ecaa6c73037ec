"""One look for all pictures: SVG, the same bytes for the same figures."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.figure import Figure

Layout = Literal["constrained", "compressed"]
MODEL, KRIGING, BLIND = "#1f5fa8", "#8a8a8a", "#c4562b"
INK, QUIET = "#222222", "#b5b5b5"
_STYLE: Any = {
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
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, layout=layout)
        paint(figure)
        target = io.BytesIO()
        figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()
