"""A seeded world of deposits with its ground truth: what really happened, beside what the company could see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }} import population, tactics
from {{ cookiecutter.package }}.columns import Columns, concatenate, length, take
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.population import DAY, Size
from {{ cookiecutter.package }}.rules import Rules

SIZES = {
    "small": Size(customers=7_000),
    "medium": Size(customers=12_000),
    "large": Size(customers=12_000, shards=40),
}


@dataclass(frozen=True, slots=True)
class World:
    """The tables a company has, and `truth`, which it has not: one row a payment, `fraud` 0 or 1 and the tactic."""

    customers: Columns
    payments: Columns
    activity: Columns
    decisions: Columns
    chargebacks: Columns
    truth: Columns

    def tables(self) -> dict[str, Columns]:
        """Every table by name."""
        names = ("customers", "payments", "activity", "decisions", "chargebacks", "truth")
        return {name: getattr(self, name) for name in names}


def make(size: Size, *, seed: int, exploration: float, drift: bool = True) -> World:
    """One shard of a world. `exploration` is the share of blocked payments that were let through to learn from.

    Without `drift` fraudsters keep their tactics for the whole time. The same arguments give the same world.
    """
    rng = np.random.default_rng(seed)
    customers, good, activity = population.make(rng, size)
    campaigns = tactics.make(rng, size, good, first_customer=length(customers), drift=drift)
    customers = concatenate([customers, campaigns.customers])
    activity = concatenate([activity, campaigns.activity])
    payments, truth = _in_order(concatenate([good, campaigns.payments]), size)
    decisions = _decide(rng, customers, payments, activity, exploration)
    chargebacks = _dispute(rng, payments, truth, decisions, size)
    return World(customers, payments, activity, decisions, chargebacks, truth)


def shards(size: Size, *, seed: int, exploration: float, drift: bool = True) -> Iterator[World]:
    """A world too large for memory, one part of the customers after the other; ids do not collide."""
    for shard in range(size.shards):
        part = replace(size, shards=1, offset=shard * 100_000_000)
        yield make(part, seed=seed + shard, exploration=exploration, drift=drift)


def _in_order(rows: Columns, size: Size) -> tuple[Columns, Columns]:
    """Payments numbered by time, and the truth about each in a table of its own."""
    rows = take(rows, np.lexsort((rows["card"], rows["customer"], rows["paid_at"])))
    number = np.arange(length(rows), dtype=np.int64) + size.offset
    truth = {"payment": number, "fraud": rows.pop("fraud"), "tactic": rows.pop("tactic")}
    return {"payment": number, **rows}, truth


def _decide(
    rng: np.random.Generator, customers: Columns, payments: Columns, activity: Columns, exploration: float
) -> Columns:
    """What the rule set did at the time, with the share it let through by chance and how likely that was."""
    with History.of(customers=customers, payments=payments, activity=activity) as history:
        features = history.features()
    blocked = Rules().blocks(features)
    explored = blocked & (rng.random(len(blocked)) < exploration)
    propensity = np.where(blocked, exploration, 1.0)
    return {
        "payment": features.payment,
        "approved": (~blocked | explored).astype(np.int64),
        "explored": explored.astype(np.int64),
        "propensity": propensity,
    }


def _dispute(rng: np.random.Generator, payments: Columns, truth: Columns, decisions: Columns, size: Size) -> Columns:
    """Chargebacks: only of payments that went through, 20 to 90 days later, and a few by mistake."""
    fraud = truth["fraud"] == 1
    complains = np.where(fraud, rng.random(len(fraud)) < 0.97, rng.random(len(fraud)) < 0.0001)
    reported = payments["paid_at"] + (rng.triangular(20, 35, 90, size=len(fraud)) * DAY).astype(np.int64)
    seen = complains & (decisions["approved"] == 1) & (reported < size.days * DAY)
    order = np.argsort(reported[seen], kind="stable")
    return {"payment": payments["payment"][seen][order], "reported_at": reported[seen][order]}
