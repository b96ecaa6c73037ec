"""A seeded world of users and media with its ground truth: what each user likes, beside what the company could see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }} import catalogue, taste
from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Array, Columns, concatenate, length

SLOTS = 8
"""Items on the list that the predecessor showed."""

_HEAD = 30
"""The predecessor drew from this many of the most popular items."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is; `offset` keeps the ids of its parts apart."""

    users: int
    items: int
    days: int
    shards: int = 1
    offset: int = 0


SIZES = {
    "small": Size(users=500, items=320, days=36),
    "medium": Size(users=1_300, items=480, days=50),
    "large": Size(users=1_300, items=480, days=50, shards=40),
}


@dataclass(frozen=True, slots=True)
class World:
    """The tables and media a company has, and the truth about users and items, which it has not."""

    users: Columns
    items: Columns
    impressions: Columns
    plays: Columns
    truth_users: Columns
    truth_items: Columns
    media: Media

    def tables(self) -> dict[str, Columns]:
        """Every table by name."""
        names = ("users", "items", "impressions", "plays", "truth_users", "truth_items")
        return {name: getattr(self, name) for name in names}


def make(size: Size, *, seed: int, exploration: float, drift: bool = True) -> World:
    """One part of a world. `exploration` is the share of slots whose item was drawn by chance from all there were.

    Without `drift` the public's taste stands still. The same arguments give the same world.
    """
    rng = np.random.default_rng(seed)
    items, truth_items, media = catalogue.make(rng, items=size.items, days=size.days, offset=size.offset)
    users, truth_users = taste.make(rng, users=size.users, days=size.days, offset=size.offset)
    liking = taste.Liking(truth_users, truth_items, items["published_at"], drift=drift)
    days = _Days(rng, size, liking, exploration)
    impressions, plays = days.live()
    impressions["user"], impressions["item"] = users["user"][impressions["user"]], items["item"][impressions["item"]]
    plays["user"], plays["item"] = users["user"][plays["user"]], items["item"][plays["item"]]
    return World(users, items, impressions, plays, truth_users, truth_items, media)


def shards(size: Size, *, seed: int, exploration: float, drift: bool = True) -> Iterator[World]:
    """A world too large for memory, one part after the other; ids do not collide."""
    for shard in range(size.shards):
        part = replace(size, shards=1, offset=shard * 10_000_000)
        yield make(part, seed=seed + shard, exploration=exploration, drift=drift)


@dataclass(slots=True)
class _Days:
    """The days of a world one after the other: what is shown depends on what was played before."""

    rng: np.random.Generator
    size: Size
    liking: taste.Liking
    exploration: float

    def live(self) -> tuple[Columns, Columns]:
        """Impressions and plays of all days, with positions in place of ids."""
        popular = np.zeros(self.size.items)
        shown_parts, played_parts = [], []
        made = 0
        for day in range(self.size.days):
            present = np.flatnonzero(self.liking.published_at <= day * DAY)
            active = np.flatnonzero(self.rng.random(self.size.users) < self.liking.users["activity"])
            shown = self._show(day, active, present, popular[present])
            shown["impression"] = np.arange(made, made + length(shown), dtype=np.int64) + self.size.offset * SLOTS
            made += length(shown)
            played = concatenate([self._react(day, shown), self._search(day, active, present)])
            popular = 0.75 * popular + np.bincount(played["item"], minlength=self.size.items)
            shown_parts.append(shown)
            played_parts.append(played)
        plays = concatenate(played_parts)
        order = np.argsort(plays["played_at"], kind="stable")
        plays = {name: values[order] for name, values in plays.items()}
        number = np.arange(length(plays), dtype=np.int64) + self.size.offset * SLOTS
        return concatenate(shown_parts), {"play": number, **plays}

    def _show(self, day: int, active: Array, present: Array, popular: Array) -> Columns:
        """The predecessor's list: popular items, and in some slots any item by chance."""
        head = present[np.argsort(-popular, kind="stable")[:_HEAD]]
        form = (len(active), SLOTS)
        explored = self.rng.random(form) < self.exploration
        item = np.where(explored, self.rng.choice(present, size=form), self.rng.choice(head, size=form))
        user = np.repeat(active, SLOTS)
        moment = day * DAY + self.rng.integers(6 * 3_600, 23 * 3_600, size=len(active))
        rows = {
            "user": user,
            "item": item.ravel(),
            "shown_at": np.repeat(moment, SLOTS),
            "position": np.tile(np.arange(SLOTS), len(active)),
            "explored": explored.ravel().astype(np.int64),
            "propensity": np.where(explored, 1 / len(present), 1.0).ravel(),
        }
        _, first = np.unique(user * np.int64(self.size.items) + rows["item"], return_index=True)
        return {name: values[np.sort(first)] for name, values in rows.items()}

    def _react(self, day: int, shown: Columns) -> Columns:
        """Which of the shown items are played; the fifth place is looked at half as often as the first."""
        seen = 0.5 ** (shown["position"] / 5)
        chance = self.liking.chance(shown["user"], shown["item"], day) * seen
        hit = self.rng.random(length(shown)) < chance
        after = self.rng.integers(5, 900, size=int(hit.sum()))
        return {
            "user": shown["user"][hit],
            "item": shown["item"][hit],
            "impression": shown["impression"][hit],
            "played_at": shown["shown_at"][hit] + after,
        }

    def _search(self, day: int, active: Array, present: Array) -> Columns:
        """Some users look for something themselves and take the most attractive of twelve items they come across."""
        user = active[self.rng.random(len(active)) < 0.3]
        met = self.rng.choice(present, size=(len(user), 12))
        chance = self.liking.chance(np.repeat(user, 12), met.ravel(), day).reshape(met.shape)
        pick = met[np.arange(len(user)), (chance * self.rng.random(met.shape)).argmax(axis=1)]
        return {
            "user": user,
            "item": pick,
            "impression": np.full(len(user), -1, dtype=np.int64),
            "played_at": day * DAY + self.rng.integers(6 * 3_600, 23 * 3_600, size=len(user)),
        }
