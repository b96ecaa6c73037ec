"""From probability to decision: thresholds that cost least, within what the analysts can look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import CapacityConfig, CostConfig

APPROVE, REVIEW, BLOCK = 0, 1, 2
ACTIONS = ("approve", "review", "block")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities of fraud from which a payment is blocked, and from which an analyst looks at it."""

    block: float
    review: float


def decide(probability: Array, thresholds: Thresholds) -> Array:
    """APPROVE, REVIEW or BLOCK, one a payment."""
    return np.where(probability >= thresholds.block, BLOCK, np.where(probability >= thresholds.review, REVIEW, APPROVE))


def costs(actions: Array, fraud: Array, amount_eur: Array, config: CostConfig) -> Array:
    """What each decision cost in euro, given what the payment turned out to be."""
    loss = fraud * (amount_eur + config.chargeback_fee_eur)
    missed = loss * (1.0 - config.analyst_catches_share) + config.review_eur
    refused = (1 - fraud) * (config.goodwill_per_blocked_eur + config.margin_share * amount_eur)
    return np.asarray(np.select([actions == BLOCK, actions == REVIEW], [refused, missed], loss))


def cost_curve(
    probability: Array, fraud: Array, amount_eur: Array, weight: Array, config: CostConfig
) -> tuple[Array, Array]:
    """Thresholds for blocking in rising order, and the cost in euro per 1,000 payments at each."""
    order = np.argsort(probability, kind="stable")
    missed = (costs(np.full_like(order, APPROVE), fraud, amount_eur, config) * weight)[order]
    refused = (costs(np.full_like(order, BLOCK), fraud, amount_eur, config) * weight)[order]
    total = np.r_[0.0, np.cumsum(missed)] + np.r_[np.cumsum(refused[::-1])[::-1], 0.0]
    first = np.r_[True, np.diff(probability[order]) > 0]
    thresholds = np.r_[probability[order][first], np.inf]
    return thresholds, total[np.r_[np.flatnonzero(first), len(order)]] / weight.sum() * 1_000


def choose(
    probability: Array, fraud: Array, amount_eur: Array, weight: Array, *, cost: CostConfig, capacity: CapacityConfig
) -> Thresholds:
    """The cheapest threshold for blocking that refuses few enough good payments; below it, reviews up to capacity."""
    thresholds, euro = cost_curve(probability, fraud, amount_eur, weight, cost)
    refused = _blocked_good(probability, (1 - fraud) * weight, thresholds)
    bearable = refused <= capacity.blocked_good_per_1000
    block = float(thresholds[bearable][int(np.argmin(euro[bearable]))])
    room = int(capacity.reviews_per_1000_payments / 1_000 * len(probability))
    levels, counts = np.unique(probability[probability < block], return_counts=True)
    fits = np.cumsum(counts[::-1])[::-1] <= room
    return Thresholds(block=block, review=float(levels[fits][0]) if fits.any() else block)


def _blocked_good(probability: Array, good: Array, thresholds: Array) -> Array:
    """Good payments blocked per 1,000 good ones at each threshold."""
    order = np.argsort(probability, kind="stable")
    below = np.r_[0.0, np.cumsum(good[order])][np.searchsorted(probability[order], thresholds, side="left")]
    return np.asarray(1_000 * (1 - below / max(good.sum(), 1e-9)))
