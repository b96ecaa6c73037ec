"""A seeded world of poker accounts with its ground truth: who is a program, beside what the company could know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }} import players
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.players import HUMAN, KNOWN_FAMILIES, UNSEEN_FAMILY

DAY = 86_400
COUNTRIES = np.array(["SE", "DE", "FI", "NO", "GB", "ES", "PL"])
BOT_SHARE = 0.06
"""More than a real site has, so that a small world has enough of them."""

_LONGEST = 48


@dataclass(frozen=True, slots=True)
class Size:
    """How many accounts over how many days; a world too large for memory comes in shards with ids of their own."""

    accounts: int
    days: int = 120
    shards: int = 1
    offset: int = 0


SIZES = {
    "small": Size(accounts=4_500),
    "medium": Size(accounts=16_000),
    "large": Size(accounts=16_000, shards=60),
}


@dataclass(frozen=True, slots=True)
class World:
    """The tables a company has, and `truth`, which it has not: one row an account, `bot` 0 or 1 and the family."""

    accounts: Columns
    sessions: Columns
    actions: Columns
    verdicts: Columns
    truth: Columns

    def tables(self) -> dict[str, Columns]:
        """Every table by name."""
        return {name: getattr(self, name) for name in ("accounts", "sessions", "actions", "verdicts", "truth")}


def make(size: Size, *, seed: int, drift: bool = True) -> World:
    """One shard of a world; the same arguments give the same world.

    With `drift` the family `mimic` appears in the last month. Times are seconds since the first day.
    """
    rng = np.random.default_rng(seed)
    family, device, begins = _people(rng, size, drift=drift)
    account = np.arange(size.accounts, dtype=np.int64) + size.offset
    accounts = {
        "account": account,
        "registered_at": (begins - rng.exponential(3 * DAY, size=len(begins))).astype(np.int64),
        "country": rng.choice(COUNTRIES, size=len(account)),
        "email": np.array([f"player{number}@mail.example" for number in account]),
        "birth_year": rng.integers(1950, 2006, size=len(account)),
    }
    sessions, owner = _sessions(rng, size, device, begins)
    actions = _actions(rng, players.temper(rng, family), owner, sessions)
    truth = {"account": account, "bot": (family != HUMAN).astype(np.int64), "family": family}
    return World(accounts, sessions, actions, _verdicts(rng, size, truth, sessions), truth)


def shards(size: Size, *, seed: int, drift: bool = True) -> Iterator[World]:
    """A world too large for memory, one part after the other; ids do not collide."""
    for shard in range(size.shards):
        yield make(replace(size, shards=1, offset=shard * 100_000_000), seed=seed + shard, drift=drift)


def _people(rng: np.random.Generator, size: Size, *, drift: bool) -> tuple[Array, Array, Array]:
    """Family, device and first moment of each account. An operator of bots runs several, often on one device."""
    family = np.full(size.accounts, HUMAN, dtype="<U9")
    device = np.arange(size.accounts, dtype=np.int64) + size.offset
    begins = rng.uniform(0, (size.days - 1) * DAY, size=size.accounts)
    households = np.flatnonzero(rng.random(size.accounts) < 0.06)
    device[households[1::2]] = device[households[: len(households) // 2 * 2 : 2]]
    order, taken = rng.permutation(size.accounts), 0
    while taken < BOT_SHARE * size.accounts:
        farm = order[taken : taken + int(rng.integers(1, 6))]
        taken += len(farm)
        start = rng.uniform(0, (size.days - 8) * DAY)
        late = drift and start > (size.days - 30) * DAY and rng.random() < 0.4
        family[farm] = UNSEEN_FAMILY if late else rng.choice(KNOWN_FAMILIES)
        begins[farm] = start + rng.uniform(0, 6 * DAY, size=len(farm))
        device[farm] = device[farm[0]] if rng.random() < 0.5 else farm + size.offset
    return family, device, begins


def _sessions(rng: np.random.Generator, size: Size, device: Array, begins: Array) -> tuple[Columns, Array]:
    """One to five sittings an account, in order of time, and the position of each one's owner."""
    count = 1 + rng.poisson(1.2, size=size.accounts).clip(0, 4)
    owner = np.repeat(np.arange(size.accounts), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    gaps = np.where(place == 0, 0.0, rng.exponential(3 * DAY, size=len(owner)) + 3 * 3_600)
    waited = np.cumsum(gaps)
    began = begins[owner] + waited - np.repeat(waited[place == 0], count)
    kept = began < size.days * DAY - 3 * 3_600
    owner, began = owner[kept], began[kept]
    order = np.lexsort((owner, began))
    owner, began = owner[order], began[order].astype(np.int64)
    return {
        "session": np.arange(len(owner), dtype=np.int64) + size.offset,
        "account": owner + size.offset,
        "device": device[owner],
        "began_at": began,
        "stake_cents": rng.choice([5, 10, 25, 50, 100], size=len(owner)),
    }, owner


def _actions(rng: np.random.Generator, tempers: players.Temper, owner: Array, sessions: Columns) -> Columns:
    made = players.play(rng, tempers.rows(owner), _LONGEST)
    lengths = rng.integers(18, _LONGEST + 1, size=len(owner))
    number = np.broadcast_to(np.arange(_LONGEST), (len(owner), _LONGEST))
    there = number < lengths[:, None]
    return {
        "session": np.repeat(sessions["session"], lengths),
        "number": number[there],
        **{name: values[there] for name, values in made.items()},
    }


def _verdicts(rng: np.random.Generator, size: Size, truth: Columns, sessions: Columns) -> Columns:
    """What became known: few accounts, late, sometimes wrong. Players met at live events are people for certain."""
    bot, count = truth["bot"] == 1, len(truth["bot"])
    event = ~bot & (rng.random(count) < 0.5)
    reported = rng.random(count) < np.where(bot, 0.6, 0.02)
    audited = rng.random(count) < 0.25
    judged = (reported | audited | event) & np.isin(truth["account"], sessions["account"])
    wrong = rng.random(count) < np.where(bot, 0.1, 0.01)
    last = np.zeros(count)
    np.maximum.at(last, sessions["account"] - size.offset, sessions["began_at"].astype(np.float64))
    decided = (last + rng.uniform(2, 20, size=count) * DAY).astype(np.int64)
    rows = np.flatnonzero(judged & (decided < size.days * DAY))
    rows = rows[np.argsort(decided[rows], kind="stable")]
    source = np.where(event, "event", np.where(reported, "report", "audit"))
    return {
        "account": truth["account"][rows],
        "bot": np.where(event, False, bot ^ wrong)[rows].astype(np.int64),
        "source": source[rows],
        "decided_at": decided[rows],
    }
