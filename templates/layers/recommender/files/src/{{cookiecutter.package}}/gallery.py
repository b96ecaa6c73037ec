"""A look at the lists: what some users played, and which cold items the model puts first for them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from {{ cookiecutter.package }} import blend
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.drawing import drawn
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.split import warm
from {{ cookiecutter.package }}.train import Prepared, cases

_USERS, _PIECES = 3, 6


def shelf(model: Model, prepared: Prepared, config: Config) -> bytes:
    """A row a user: six items played most on the left, the six cold items ranked first on the right."""
    rows = list(_rows(model, prepared, config))
    return drawn(lambda figure: _paint(figure, rows, prepared.media), size=(8.6, 0.85 * len(rows) + 0.5))


def _rows(model: Model, prepared: Prepared, config: Config) -> Iterator[tuple[Array, Array]]:
    """Positions of the items of both halves, for users of the last day who have played much."""
    vectors = model.learned.vectors(prepared.media)
    last = [request for request in prepared.test if request.moment == prepared.test[-1].moment]
    known = sorted(cases(prepared, vectors, last, config), key=lambda case: -case.plays)
    for case in known[:_USERS]:
        seen = prepared.history.interactions_of(case.request.user, case.request.moment)
        most = seen.item[np.argsort(-seen.plays, kind="stable")[:_PIECES]]
        cold = case.candidates[~warm(case.state, config.split)[case.candidates]]
        score = case.values @ model.weights
        first = cold[blend.order(score[cold], case.state.item[cold])[:_PIECES]]
        yield np.searchsorted(case.state.item, most), first


def _paint(figure: Figure, rows: list[tuple[Array, Array]], media: Media) -> None:
    halves = figure.subfigures(1, 2, wspace=0.06, squeeze=False)
    for half, title in enumerate(("played most", "cold items put first")):
        panel = halves[0, half]
        panel.suptitle(title, fontsize=10)
        grid = panel.subplots(len(rows), _PIECES, squeeze=False)
        for axes in grid.ravel():
            axes.axis("off")
        for line, pair in enumerate(rows):
            for place, row in enumerate(pair[half]):
                grid[line, place].imshow(media.image[row], interpolation="nearest")
