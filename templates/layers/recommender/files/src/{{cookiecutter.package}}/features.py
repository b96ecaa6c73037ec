"""What the order depends on: one row an item for one user at one moment, by one function for training and serving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.catalogue import DAY
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import BlendConfig
from {{ cookiecutter.package }}.counts import State


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of the blend and what it tells a user whose list it shaped."""

    name: str
    reason: str


FEATURES = (
    Feature("collaborative", "people with your taste play it"),
    Feature("content", "it looks and sounds like what you play"),
    Feature("popularity", "many play it these days"),
    Feature("freshness", "it is new"),
)
NAMES = tuple(feature.name for feature in FEATURES)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Items (sorted ids) in the space of tastes: by plays (`als`) and by media (`content`, with its deviation)."""

    item: Array
    als: Array
    content: Array
    content_spread: Array


def rows(taste: Array, vectors: Vectors, state: State, config: BlendConfig) -> Array:
    """Features of every item for a user with this `taste`. The fewer plays an item has, the less they speak."""
    trust = state.plays / (state.plays + config.prior_plays)
    age = np.maximum(state.moment - state.published_at, 0) / DAY
    return np.stack(
        [
            trust * (vectors.als @ taste),
            vectors.content @ taste,
            np.log1p(state.recent),
            np.exp(-age / config.fresh_days),
        ],
        axis=1,
    )


def candidates(state: State, played: Array) -> Array:
    """Positions of the items that may be shown to a user: published, and not among those (ids) already played."""
    return np.flatnonzero(state.published & ~np.isin(state.item, played))
