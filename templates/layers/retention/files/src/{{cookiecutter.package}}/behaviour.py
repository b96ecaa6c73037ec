"""What users of the made world do in their first two weeks, with and without a reminder on the seventh day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns, concatenate
from {{ cookiecutter.package }}.population import DAY

DAYS = 14
WEEK = 7
LIFT = 0.1
"""The reminder's effect: of those who would have stayed away, this share comes back."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Whether each user comes back in the second week without and with the reminder: both, as only a made world has."""

    without: Array
    reminded: Array


def make(rng: np.random.Generator, users: Columns, truth: Columns, reminded: Array) -> tuple[Columns, Outcomes]:
    """Everything that happens, one row an event: `source`, `row` (of the user), `name`, `at` and `seconds`."""
    bot = truth["bot"] == 1
    active, outcomes = _active_days(rng, truth["liking"], bot, reminded)
    human = _human_sessions(rng, users, truth["liking"], active & ~bot[:, None])
    session = concatenate([human, _bot_sessions(users, np.flatnonzero(bot))])
    return _events(rng, session, truth["liking"]), outcomes


def _active_days(rng: np.random.Generator, liking: Array, bot: Array, reminded: Array) -> tuple[Array, Outcomes]:
    """Users × days: active until they leave for good, on a day as they like, some after a pause; bots on every day."""
    count = len(liking)
    leaves = rng.exponential(np.exp(2.1 + 0.9 * liking))
    pause = rng.integers(2, WEEK + 1, size=count)
    day = np.arange(DAYS)
    paused = (day >= pause[:, None]) & (day < 2 * pause[:, None]) & (rng.random((count, 1)) < 0.4)
    daily = 1 / (1 + np.exp(0.7 - 0.8 * liking))
    active = (day < leaves[:, None]) & ~paused & (rng.random((count, DAYS)) < daily[:, None])
    active[:, 0] = True
    active |= bot[:, None]
    without = np.asarray(active[:, WEEK:].any(axis=1))
    moved = ~without & (rng.random(count) < LIFT)
    back = WEEK + rng.integers(DAYS - WEEK, size=count)
    returns = np.flatnonzero(moved & reminded)
    active[returns, back[returns]] = True
    return active, Outcomes(without.astype(np.int64), (without | moved).astype(np.int64))


def _human_sessions(rng: np.random.Generator, users: Columns, liking: Array, active: Array) -> Columns:
    row, day = np.nonzero(active)
    several = 1 + rng.poisson(0.7 * np.exp(0.3 * liking[row]))
    opens = np.cumsum(several) - several
    first = np.zeros(several.sum(), dtype=bool)
    first[opens[np.r_[True, row[1:] != row[:-1]]]] = True
    row, day = np.repeat(row, several), np.repeat(day, several)
    offset = np.where(first, rng.uniform(5, 60, size=len(row)), rng.uniform(60, DAY, size=len(row)))
    at = users["registered_at"][row] + day * DAY + offset.astype(np.int64)
    seconds = np.maximum(10, rng.lognormal(np.log(420) + 0.25 * liking[row], 0.7)).astype(np.int64)
    lessons = rng.poisson(1.3 * np.exp(0.25 * liking[row]))
    return {"row": row, "at": at, "seconds": seconds, "lessons": lessons, "human": np.ones(len(row), dtype=bool)}


def _bot_sessions(users: Columns, bots: Array) -> Columns:
    """One session an hour, day and night, of half a minute each."""
    hours = np.arange(24 * DAYS)
    row, hour = np.repeat(bots, len(hours)), np.tile(hours, len(bots))
    at = users["registered_at"][row] + 3_600 * hour + 30
    ones = np.ones(len(row), dtype=np.int64)
    return {"row": row, "at": at, "seconds": 30 * ones, "lessons": ones, "human": np.zeros(len(row), dtype=bool)}


def _events(rng: np.random.Generator, session: Columns, liking: Array) -> Columns:
    count, row, at, seconds = len(session["row"]), session["row"], session["at"], session["seconds"]
    eager, human = np.exp(0.2 * liking[row]), session["human"]
    within = {
        ("app", "session_start"): np.ones(count, dtype=np.int64),
        ("app", "lesson_done"): session["lessons"],
        ("app", "error_shown"): rng.poisson(0.1, size=count),
        ("server", "message_sent"): rng.poisson(0.3 * eager) * human,
        ("server", "purchase"): (rng.random(count) < 0.02 * eager**2) * human,
        ("push", "push_opened"): (rng.random(count) < 0.15) * human,
    }
    parts = [_part("app", "session_end", row, at + seconds, seconds)]
    for (source, name), counts in within.items():
        which = np.repeat(np.arange(count), counts)
        share = np.zeros(len(which)) if name in ("session_start", "push_opened") else rng.random(len(which))
        parts.append(_part(source, name, row[which], at[which] + (share * seconds[which]).astype(np.int64)))
    return concatenate(parts)


def _part(source: str, name: str, row: Array, at: Array, seconds: Array | None = None) -> Columns:
    """Events of one kind; a length in seconds where there is one to tell."""
    length = np.full(len(row), np.nan) if seconds is None else seconds.astype(np.float64)
    columns = {"source": np.full(len(row), source, dtype="U6"), "name": np.full(len(row), name, dtype="U13")}
    return {**columns, "row": row, "at": at, "seconds": length}
