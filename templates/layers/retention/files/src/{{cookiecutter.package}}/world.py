"""A seeded world of registrations and event streams with its ground truth: bots, and both outcomes of every user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }} import behaviour, instrumentation, population
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.population import ARMS, DAY, Size

SIZES = {
    "small": Size(users=5_000),
    "medium": Size(users=24_000),
    "large": Size(users=24_000, shards=40),
}
EXPERIMENT_STARTS = 40
"""Day from which users are divided between the arms when their first week is over."""

_LONGEST_DELAY = 2 * DAY - 120


@dataclass(frozen=True, slots=True)
class World:
    """The tables a company has, and `truth`, which it has not."""

    users: Columns
    raw_events: Columns
    arms: Columns
    truth: Columns

    def tables(self) -> dict[str, Columns]:
        """Every table by name."""
        return {name: getattr(self, name) for name in ("users", "raw_events", "arms", "truth")}


def make(size: Size, *, seed: int, reminder_share: float, drift: bool = True) -> World:
    """One shard of a world. `reminder_share` of the users is reminded on the seventh day, once the experiment runs.

    Without `drift` the same kind of people comes by the same channels for the whole time. Equal arguments, equal world.
    """
    rng = np.random.default_rng(seed)
    users, truth = population.make(rng, size, drift=drift)
    arms, reminded = _divide(rng, users, reminder_share)
    happened, outcomes = behaviour.make(rng, users, truth, reminded)
    raw_events = _deliver(rng, users, happened, size)
    truth |= {"retained_without": outcomes.without, "retained_reminded": outcomes.reminded}
    return World(users, raw_events, arms, truth)


def shards(size: Size, *, seed: int, reminder_share: float, drift: bool = True) -> Iterator[World]:
    """A world too large for memory, one part of the users after the other; ids do not collide."""
    for shard in range(size.shards):
        part = replace(size, shards=1, offset=shard * 100_000_000)
        yield make(part, seed=seed + shard, reminder_share=reminder_share, drift=drift)


def _divide(rng: np.random.Generator, users: Columns, share: float) -> tuple[Columns, Array]:
    """By chance alone, at the moment of prediction; before the experiment everybody is in control for certain."""
    assigned_at = users["registered_at"] + behaviour.WEEK * DAY
    running = assigned_at >= EXPERIMENT_STARTS * DAY
    reminded = running & (rng.random(len(assigned_at)) < share)
    chance = np.where(running, np.where(reminded, share, 1 - share), 1.0)
    arm = ARMS[reminded.astype(np.int64)]
    return {"user_id": users["user_id"], "assigned_at": assigned_at, "arm": arm, "propensity": chance}, reminded


def _deliver(rng: np.random.Generator, users: Columns, happened: Columns, size: Size) -> Columns:
    """What reaches the warehouse by the last day: some late, twice, out of order, or by a clock that runs ahead."""
    row, at = happened.pop("row"), happened.pop("at")
    lag = (rng.exponential(5, size=len(users["user_id"])) * DAY)[row]
    release = instrumentation.installed(at, users["registered_at"][row], lag)
    happened |= {"user_id": users["user_id"][row], "occurred_at": at, "release": release}
    count = len(at)
    offline = np.minimum(rng.exponential(10 * 3_600, size=count), _LONGEST_DELAY)
    delay = np.where(rng.random(count) < 0.08, offline, rng.exponential(15, size=count))
    happened["received_at"] = at + 1 + delay.astype(np.int64)
    ahead = (happened["source"] == "app") & (rng.random(count) < 0.003)
    happened["occurred_at"] = at + np.where(ahead, 1_200, 0)
    happened["event_id"] = rng.permutation(count) + 100 * size.offset
    logged = instrumentation.log(happened)
    rows = np.flatnonzero(logged["received_at"] < size.days * DAY)
    again = rows[(logged["source"][rows] == "app") & (rng.random(len(rows)) < 0.04)]
    sent = take(logged, np.r_[rows, again])
    sent["received_at"][len(rows) :] += rng.integers(1, 7_200, size=len(again))
    sent = take(sent, sent["received_at"] < size.days * DAY)
    order = np.lexsort((sent["event_id"], sent["received_at"]))
    names = ("event_id", "source", "user_id", "name", "version", "layout", "occurred_at", "received_at", "length")
    return {name: sent[name][order] for name in names}
