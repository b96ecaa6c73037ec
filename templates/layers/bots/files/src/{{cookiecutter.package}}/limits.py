"""From score to verdict: limits so far out in the tail of honest players that it must be extrapolated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import LimitConfig

PASS, WATCH, REFER = range(3)
VERDICTS = ("pass", "watch", "refer")

_SHAPES = (-0.4, 0.2)
"""Log-odds of honest players have light tails; a fit outside these would be an accident of few players."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores from which an account is watched and referred, and the tail they were taken from."""

    watch: float
    refer: float
    people: int
    tail_shape: float


def choose(score: Array, config: LimitConfig) -> Limits:
    """Limits for the allowed shares of honest players, from the scores of players met in person.

    One in 10,000 cannot be counted among a few thousand, so the tail beyond `tail_share` is taken as a generalised
    Pareto distribution, fitted by its moments. Raises `ValueError` where too few people have been met for a tail.
    """
    if len(score) * config.tail_share < 10:
        raise ValueError(f"{len(score)} people who are known for certain are too few to set a limit by")
    start = float(np.quantile(score, 1 - config.tail_share))
    excess = score[score > start] - start
    ratio = float(excess.mean() ** 2 / excess.var(ddof=1))
    shape = float(np.clip(0.5 * (1 - ratio), *_SHAPES))
    scale = float(excess.mean()) * (1 - shape)

    def beyond(per_10000: float) -> float:
        share = per_10000 / 10_000
        if share >= config.tail_share:
            return float(np.quantile(score, 1 - share))
        growth = np.log(config.tail_share / share)
        return start + scale * float(np.expm1(shape * growth) / shape if shape else growth)

    return Limits(beyond(config.watch_per_10000), beyond(config.false_accusations_per_10000), len(score), shape)


def decide(score: Array, actions: Array, limits: Limits, config: LimitConfig) -> Array:
    """PASS, WATCH or REFER, one a row; with too few actions nobody is referred."""
    found = np.where(score >= limits.refer, REFER, np.where(score >= limits.watch, WATCH, PASS))
    return np.where(actions < config.min_actions, np.minimum(found, WATCH), found)
