"""Measures of a ranking: gain by position, for all items and on the shelf of cold ones; who gets the slots."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import QualityConfig

TOP = 10
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Metrics:
    """A ranker on the test period.

    `ndcg` by what users freely chose, `cold_ndcg` the same on the shelf of cold items; `appeal` and `cold_appeal` by
    the truth about who likes what, as share of the best list there could be; `None` where no truth is known.
    """

    ndcg: float
    cold_ndcg: float
    coverage: float
    top_decile_exposure: float
    cold_exposure: float
    appeal: float | None
    cold_appeal: float | None

    def plain(self) -> dict[str, float | None]:
        """As plain values."""
        return asdict(self)


def ndcg(order: Array, gain: Array) -> float:
    """Discounted gain of the first ten of `order` as share of the best possible; not a number where that is nothing."""
    discount = 1 / np.log2(np.arange(2, TOP + 2))
    best = np.sort(gain)[::-1][:TOP]
    possible = float(best @ discount[: len(best)])
    got = gain[order[:TOP]]
    return float(got @ discount[: len(got)]) / possible if possible > 0 else float("nan")


def gain_at(order: Array, chosen: Array) -> Array:
    """What each chosen item gains by its place in `order`: 1 at the top, less below, 0 from the eleventh on."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    at = place[chosen]
    return np.where(at < TOP, 1 / np.log2(at + 2), 0.0)


def coverage(shown: Array, available: int) -> float:
    """Share of the items that could be shown that were shown to anyone."""
    return len(np.unique(shown)) / available


def top_decile_exposure(shown: Array, available: int) -> float:
    """Share of all slots that went to the tenth of the items that was shown most."""
    counts = np.sort(np.unique(shown, return_counts=True)[1])[::-1]
    return float(counts[: max(1, available // 10)].sum() / counts.sum())


def interval(values: Array, users: Array, *, seed: int) -> tuple[float, float]:
    """A 90 % interval of the mean, by drawing users anew; values that are not numbers do not count."""
    kept = ~np.isnan(values)
    if not kept.any():
        return 0.0, 0.0
    _, row = np.unique(users[kept], return_inverse=True)
    total, count = np.bincount(row, weights=values[kept]), np.bincount(row)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(count), size=(_DRAWS, len(count)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)


def shortfalls(model: Metrics, popularity: Metrics, blind: Metrics, bar: QualityConfig) -> list[str]:
    """What misses the quality bar, in words."""
    over = model.ndcg - popularity.ndcg
    cold = model.cold_ndcg - max(blind.cold_ndcg, popularity.cold_ndcg)
    slots = model.top_decile_exposure
    found = []
    if model.ndcg < bar.min_ndcg:
        found.append(f"NDCG@10 {model.ndcg:.3f} is below {bar.min_ndcg:g}")
    if over < bar.min_ndcg_over_popularity:
        found.append(f"NDCG@10 is {over:.3f} above popularity, {bar.min_ndcg_over_popularity:g} needed")
    if cold < bar.min_cold_ndcg_over_blind:
        found.append(f"cold NDCG@10 is {cold:.3f} above the baselines, {bar.min_cold_ndcg_over_blind:g} needed")
    if model.coverage < bar.min_coverage:
        found.append(f"{model.coverage:.0%} of the items are shown, {bar.min_coverage:.0%} needed")
    if slots > bar.max_top_decile_exposure:
        found.append(f"a tenth of the items gets {slots:.0%} of the slots, {bar.max_top_decile_exposure:.0%} allowed")
    return found
