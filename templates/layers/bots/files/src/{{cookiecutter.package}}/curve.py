"""The learning curve: how much of the bots would have been found with fewer labels, measured as the target is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import judge, observed
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.train import Prepared, labelled, limits_of


@dataclass(frozen=True, slots=True)
class Point:
    """One training: so many labels, and so many of `bots` found."""

    labels: int
    found: int
    bots: int

    @property
    def recall(self) -> float:
        """The share of bots found."""
        return self.found / self.bots


def points(prepared: Prepared, config: Config) -> list[Point]:
    """One point for every share of the labels and draw. Nothing is chosen by them, so they may use the test period."""
    _, bot = labelled(prepared)
    return [
        measure(prepared, _draw(bot, share, seed=config.seed + draw), config, seed=config.seed + draw)
        for share in config.curve.shares
        for draw in range(config.curve.draws)
    ]


def measure(prepared: Prepared, chosen: Array, config: Config, *, seed: int) -> Point:
    """Train on the chosen labels only, with all else as always, and count the bots that are found."""
    windows, bot = labelled(prepared, chosen)
    ensemble = models.fit(windows, bot, config.model, seed=seed, threads=config.engine.threads)
    score = ensemble.score(prepared.test.windows)
    found = observed(judge(score, limits_of(ensemble, prepared, config), prepared, config), prepared.test.labels)
    return Point(len(chosen), round(found.recall * found.bots), found.bots)


def _draw(bot: Array, share: float, *, seed: int) -> Array:
    """Positions of a share of the labels, of bots and of people alike."""
    rng = np.random.default_rng(seed)
    kinds = [np.flatnonzero(bot == kind) for kind in (0, 1)]
    return np.sort(np.concatenate([rng.permutation(rows)[: max(2, round(share * len(rows)))] for rows in kinds]))
