"""The test period: the model against popularity and collaborative filtering alone, for all items and for cold ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics, coverage, interval, shortfalls, top_decile_exposure
from {{ cookiecutter.package }}.judge import BLIND, MODEL, POPULARITY, RANKERS, Judged, judge
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import Prepared

ITEM_GROUPS = ((0, "never"), (1, "1 – 4"), (5, "5 – 19"), (20, "20 – 79"), (80, "80 and more"))
USER_GROUPS = ((0, "0 – 4"), (5, "5 – 19"), (20, "20 – 49"), (50, "50 and more"))


@dataclass(frozen=True, slots=True)
class Assessment:
    """Metrics by ranker, intervals of the model's, NDCG by plays of the user, gain by plays of the item, shortfalls."""

    rankers: dict[str, Metrics]
    intervals: dict[str, tuple[float, float]]
    by_user: dict[str, dict[str, float]]
    by_item: dict[str, dict[str, float]]
    exposure: dict[str, list[float]]
    requests: int
    cold_requests: int
    shortfalls: list[str]

    @property
    def model(self) -> Metrics:
        """The model's metrics."""
        return self.rankers[MODEL]


def assess(model: Model, prepared: Prepared, config: Config) -> Assessment:
    """The whole judgement on a model. The bar uses what users chose, as in production; the truth is shown beside it."""
    judged = judge(model.weights, model.learned.vectors(prepared.media), prepared, config)
    found = {ranker: metrics(judged, ranker) for ranker in RANKERS}
    users = np.array(judged.user)
    cold = judged.of("cold_ndcg", MODEL)
    return Assessment(
        rankers=found,
        intervals={
            "ndcg": interval(judged.of("ndcg", MODEL), users, seed=config.seed),
            "cold_ndcg": interval(cold, users, seed=config.seed),
        },
        by_user=_by_user(judged),
        by_item=_by_item(judged),
        exposure={ranker: _exposure(judged, ranker) for ranker in RANKERS},
        requests=len(users),
        cold_requests=int((~np.isnan(cold)).sum()),
        shortfalls=shortfalls(found[MODEL], found[POPULARITY], found[BLIND], config.quality),
    )


def metrics(judged: Judged, ranker: str) -> Metrics:
    """All figures of one ranker."""
    shown, available = np.array(judged.shown[ranker]), len(judged.available)
    return Metrics(
        ndcg=_mean(judged.of("ndcg", ranker)),
        cold_ndcg=_mean(judged.of("cold_ndcg", ranker)),
        coverage=coverage(shown, available),
        top_decile_exposure=top_decile_exposure(shown, available),
        cold_exposure=float(np.mean(judged.shown_cold[ranker])),
        appeal=_known(judged.of("appeal", ranker)),
        cold_appeal=_known(judged.of("cold_appeal", ranker)),
    )


def _mean(values: Array) -> float:
    """The mean of what was measured; 0 where nothing was."""
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if len(kept) else 0.0


def _known(values: Array) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmean(values))


def _group(values: Array, groups: tuple[tuple[int, str], ...]) -> Array:
    return np.searchsorted([low for low, _ in groups], values, side="right") - 1


def _by_user(judged: Judged) -> dict[str, dict[str, float]]:
    """Requests, and NDCG of each ranker, by how much the user had played."""
    group = _group(np.array(judged.plays), USER_GROUPS)
    return {
        name: {"requests": float((group == number).sum())}
        | {ranker: _mean(judged.of("ndcg", ranker)[group == number]) for ranker in RANKERS}
        for number, (_, name) in enumerate(USER_GROUPS)
        if (group == number).any()
    }


def _by_item(judged: Judged) -> dict[str, dict[str, float]]:
    """Choices, and what each ranker gained from them, by how often the item had been played."""
    group = _group(np.array(judged.chosen_plays), ITEM_GROUPS)
    return {
        name: {"choices": float((group == number).sum())}
        | {ranker: float(np.array(judged.chosen_gain[ranker])[group == number].mean()) for ranker in RANKERS}
        for number, (_, name) in enumerate(ITEM_GROUPS)
        if (group == number).any()
    }


def _exposure(judged: Judged, ranker: str) -> list[float]:
    """Share of all slots that the most shown items got, at each percent of the items from 0 to 100."""
    counts = np.zeros(len(judged.available))
    most = np.sort(np.unique(judged.shown[ranker], return_counts=True)[1])[::-1]
    counts[: len(most)] = most
    share = np.r_[0, np.cumsum(counts)] / counts.sum()
    return [float(value) for value in np.interp(np.linspace(0, len(counts), 101), np.arange(len(share)), share)]
