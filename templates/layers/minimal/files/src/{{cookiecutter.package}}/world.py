"""A seeded world of orders whose lateness follows a known law, so that it can be checked what the model finds."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import WorldConfig

CARRIERS = np.array(["own", "post", "courier"])


def make(config: WorldConfig, *, seed: int) -> Columns:
    """The table of orders, by day. The same arguments give the same world."""
    rng = np.random.default_rng(seed)
    count = config.orders
    placed = np.sort(rng.integers(0, config.days, size=count))
    carrier = rng.choice(3, size=count, p=[0.3, 0.45, 0.25])
    distance = np.clip(rng.lognormal(np.log(25), 0.9, size=count), 0.1, 500)
    weight = np.clip(rng.lognormal(np.log(2), 1.0, size=count), 0.05, 200)
    waiting = rng.poisson(400 + 250 * np.sin(placed / 29.0) + 3 * (placed % 7 == 0) * 60)
    promised = np.clip(rng.poisson(3.5, size=count), 1, 20)
    chance = probability_late(carrier, distance, weight, waiting, promised)
    late = rng.random(count) < chance
    delivered_within = np.where(late, 1 + rng.geometric(0.35, size=count), -rng.integers(0, 3, size=count))
    weighed = np.where(rng.random(count) < 0.02, np.nan, weight.round(2))
    return {
        "order": np.arange(count, dtype=np.int64),
        "placed_on": placed.astype(np.int64),
        "customer": rng.integers(0, count // 4, size=count),
        "street": np.array([f"{number} Example Street" for number in rng.integers(1, 900, size=count)]),
        "carrier": CARRIERS[carrier],
        "distance_km": distance.round(2),
        "weight_kg": weighed,
        "promised_days": promised.astype(np.int64),
        "open_orders": waiting.astype(np.int64),
        "days_late": delivered_within.astype(np.int64),
    }


def probability_late(carrier: Array, distance: Array, weight: Array, waiting: Array, promised: Array) -> Array:
    """The law of this world: far, heavy, busy and hastily promised orders are late; the post more than others."""
    logit = (
        -1.4
        + 0.9 * (carrier == 1)
        + 0.55 * np.log(distance / 25)
        + 0.3 * np.log(weight / 2)
        + 0.006 * (waiting - 400)
        - 0.55 * (promised - 3.5)
    )
    return np.asarray(1 / (1 + np.exp(-logit)))
