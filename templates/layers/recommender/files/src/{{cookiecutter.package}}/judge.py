"""Every request of a period, ranked by each ranker among all that could be shown, cold items included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from {{ cookiecutter.package }} import blend
from {{ cookiecutter.package }}.catalogue import DAY
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import TOP, gain_at, ndcg
from {{ cookiecutter.package }}.features import NAMES, Vectors
from {{ cookiecutter.package }}.split import warm
from {{ cookiecutter.package }}.taste import Liking
from {{ cookiecutter.package }}.train import Case, Prepared, cases

MODEL, BLIND, POPULARITY = "model", "collaborative alone", "popularity"
RANKERS = (MODEL, BLIND, POPULARITY)
MEASURES = ("ndcg", "cold_ndcg", "appeal", "cold_appeal")


@dataclass(slots=True)
class Judged:
    """What was found, by ranker: one value a request for each measure (not a number where there was nothing to find),
    ids of the items shown and whether they were cold, and for each item a user chose its plays and what it gained."""

    user: list[int] = field(default_factory=list)
    plays: list[float] = field(default_factory=list)
    measures: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: {measure: {ranker: [] for ranker in RANKERS} for measure in MEASURES}
    )
    shown: dict[str, list[int]] = field(default_factory=lambda: {ranker: [] for ranker in RANKERS})
    shown_cold: dict[str, list[bool]] = field(default_factory=lambda: {ranker: [] for ranker in RANKERS})
    chosen_plays: list[float] = field(default_factory=list)
    chosen_gain: dict[str, list[float]] = field(default_factory=lambda: {ranker: [] for ranker in RANKERS})
    available: set[int] = field(default_factory=set)

    def of(self, measure: str, ranker: str) -> Array:
        """All values of a measure."""
        return np.array(self.measures[measure][ranker])


def judge(weights: Array, vectors: Vectors, prepared: Prepared, config: Config) -> Judged:
    """The test period, with the truth where there is one."""
    found = Judged()
    truth = _truth(prepared, config)
    for case in cases(prepared, vectors, prepared.test, config):
        cold = ~warm(case.state, config.split)[case.candidates]
        appeal = _appeal(truth, case) if truth is not None else np.full(len(cold), np.nan)
        _add(found, case, scores(case, vectors, weights), cold, appeal)
    return found


def scores(case: Case, vectors: Vectors, weights: Array) -> dict[str, Array]:
    """What each ranker gives every item."""
    return {
        MODEL: case.values @ weights,
        BLIND: vectors.als @ case.taste,
        POPULARITY: case.values[:, NAMES.index("popularity")],
    }


def _add(found: Judged, case: Case, given: Mapping[str, Array], cold: Array, appeal: Array) -> None:
    rows, chosen = case.candidates, case.chosen
    items = case.state.item[rows]
    found.user.append(case.request.user)
    found.plays.append(case.plays)
    found.chosen_plays += case.state.plays[rows[chosen]].tolist()
    found.available.update(items.tolist())
    for ranker, score in given.items():
        order = blend.order(score[rows], items)
        shelf = order[cold[order]]
        for measure, ranking, gain in (
            ("ndcg", order, chosen), ("cold_ndcg", shelf, chosen & cold),
            ("appeal", order, appeal), ("cold_appeal", shelf, np.where(cold, appeal, 0)),
        ):  # fmt: skip
            found.measures[measure][ranker].append(ndcg(ranking, gain.astype(np.float64)))
        found.shown[ranker] += items[order[:TOP]].tolist()
        found.shown_cold[ranker] += cold[order[:TOP]].tolist()
        found.chosen_gain[ranker] += gain_at(order, chosen).tolist()


def _truth(prepared: Prepared, config: Config) -> Liking | None:
    if "truth_users" not in prepared.tables:
        return None
    users, items = prepared.tables["truth_users"], prepared.tables["truth_items"]
    return Liking(users, items, prepared.tables["items"]["published_at"], drift=config.world.drift)


def _appeal(truth: Liking, case: Case) -> Array:
    """How likely the user really is to play each candidate."""
    user = np.searchsorted(truth.users["user"], case.request.user)
    return truth.chance(np.full(len(case.candidates), user), case.candidates, case.request.moment // DAY)
