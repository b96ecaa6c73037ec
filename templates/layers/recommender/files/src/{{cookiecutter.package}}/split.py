"""Periods in order of time, warm and cold items, and the requests that a model is judged on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from {{ cookiecutter.package }}.catalogue import DAY
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.config import SplitConfig
from {{ cookiecutter.package }}.counts import State


@dataclass(frozen=True, slots=True)
class Periods:
    """Moments in seconds: plays before `blend` are learned from, the blend on those before `test`, the rest judges."""

    blend: int
    test: int
    end: int


@dataclass(frozen=True, slots=True)
class Request:
    """A user who opened the app on the day begun at `moment`, and the items (ids) freely chosen for the first time."""

    user: int
    moment: int
    chosen: Array


def periods(plays: Columns, config: SplitConfig) -> Periods:
    """The periods that end with the last whole day of the data. Raises `ValueError` for too little data."""
    end = (int(plays["played_at"].max()) // DAY + 1) * DAY
    test = end - config.test_days * DAY
    blend = test - config.blend_days * DAY
    if blend - int(plays["played_at"].min()) < config.blend_days * DAY:
        raise ValueError(f"{(end - plays['played_at'].min()) / DAY:.0f} days of plays are too few for these periods")
    return Periods(blend, test, end)


def warm(state: State, config: SplitConfig) -> Array:
    """Which items were played often enough to be known by their plays. All others are cold, unpublished ones too."""
    return np.asarray(state.plays >= config.warm_plays)


def requests(plays: Columns, impressions: Columns, *, begin: int, end: int) -> Iterator[Request]:
    """Requests from `begin` to `end`, in order of day and user.

    Only what the user found by search or met by chance counts: what a list put in front of everyone tells of the list.
    Only the first play of an item counts: that somebody plays a thing again is no merit of a recommendation.
    """
    first = take(plays, np.lexsort((plays["played_at"], plays["item"], plays["user"])))
    again = (np.diff(first["user"]) == 0) & (np.diff(first["item"]) == 0)
    first = take(first, np.r_[True, ~again])
    drawn = impressions["impression"][impressions["explored"] == 1]
    free = (first["impression"] < 0) | np.isin(first["impression"], drawn)
    inside = (first["played_at"] >= begin) & (first["played_at"] < end)
    chosen = take(first, free & inside)
    day = chosen["played_at"] // DAY
    rows = np.lexsort((chosen["item"], chosen["user"], day))
    chosen, day = take(chosen, rows), day[rows]
    if not len(day):
        return
    changes = np.flatnonzero((np.diff(day) != 0) | (np.diff(chosen["user"]) != 0)) + 1
    for low, high in pairwise([0, *changes.tolist(), len(day)]):
        yield Request(int(chosen["user"][low]), int(day[low]) * DAY, chosen["item"][low:high])
