"""Why an item stands where it stands, how much is known of it and of the user, and how sure the score is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import als, blend
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.counts import Interactions, State
from {{ cookiecutter.package }}.features import FEATURES, NAMES, Vectors

_NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """An item on a user's list.

    `adds` is what each feature adds to the score against an average candidate, `because` the played items most alike,
    `item_plays` and `user_plays` the local data quality, `spread` the score's standard deviation.
    """

    item: int
    place: int
    score: float
    spread: float
    adds: dict[str, float]
    because: tuple[int, ...]
    item_plays: float
    user_plays: float

    def words(self, *, warm_plays: int) -> str:
        """How much the score rests on."""
        item = "cold: judged by picture and sound" if self.item_plays < warm_plays else "warm: known by its plays"
        user = "new: the list says little of this user" if self.user_plays < warm_plays else "known by their plays"
        return f"item {item} ({self.item_plays:g}) · user {user} ({self.user_plays:g})"


def contributions(values: Array, weights: Array, candidates: Array) -> Array:
    """What each feature of each item adds to its score, against the average candidate."""
    return np.asarray((values - values[candidates].mean(axis=0)) * weights)


def reasons(adds: Array, *, count: int) -> tuple[str, ...]:
    """Names of the features that lift an item most; none that lowers it."""
    order = np.argsort(-adds, kind="stable")[:count]
    return tuple(NAMES[one] for one in order if adds[one] > 0)


def text(code: str) -> str:
    """A reason in the words that a user may read."""
    return next(feature.reason for feature in FEATURES if feature.name == code)


def explain(
    seen: Interactions, item: int, *, vectors: Vectors, state: State, values: Array, taste: Array, candidates: Array,
    weights: Array, config: Config,
) -> Explanation:  # fmt: skip
    """Everything there is to say about one item for the user whose plays are `seen`."""
    row = int(np.searchsorted(vectors.item, item))
    score = values @ weights
    order = candidates[blend.order(score[candidates], state.item[candidates])]
    place = np.flatnonzero(order == row)
    return Explanation(
        item=item,
        place=int(place[0]) + 1 if len(place) else 0,
        score=float(score[row]),
        spread=float(spread(seen, vectors, state, taste, weights, config)[row]),
        adds=dict(zip(NAMES, contributions(values, weights, candidates)[row].tolist(), strict=True)),
        because=_alike(seen, row, vectors, state, config),
        item_plays=float(state.plays[row]),
        user_plays=float(seen.plays.sum()),
    )


def spread(
    seen: Interactions, vectors: Vectors, state: State, taste: Array, weights: Array, config: Config
) -> Array:  # fmt: skip
    """The standard deviation of every item's score: what the user's few plays and the towers' quarrel leave open."""
    trust = state.plays / (state.plays + config.blend.prior_plays)
    user = int(seen.user[0]) if len(seen.user) else -1

    def deviation(rows: Array) -> Array:
        return als.spread_of(rows, seen, user, vectors.item, vectors.als, config.als)

    by_plays = weights[NAMES.index("collaborative")] * trust * deviation(vectors.als)
    content = weights[NAMES.index("content")]
    by_towers = content * np.sqrt((vectors.content_spread**2) @ taste**2)
    by_taste = content * deviation(vectors.content)
    return np.asarray(np.sqrt(by_plays**2 + by_towers**2 + by_taste**2))


def _alike(seen: Interactions, row: int, vectors: Vectors, state: State, config: Config) -> tuple[int, ...]:
    """The played items nearest to an item: by plays when it is warm, by content when it is cold."""
    space = vectors.als if state.plays[row] >= config.split.warm_plays else vectors.content
    played = np.flatnonzero(np.isin(vectors.item, seen.item))
    length = np.linalg.norm(space, axis=1) + 1e-12
    alike = space[played] @ space[row] / (length[played] * length[row])
    return tuple(int(one) for one in vectors.item[played[np.argsort(-alike, kind="stable")[:_NEIGHBOURS]]])
