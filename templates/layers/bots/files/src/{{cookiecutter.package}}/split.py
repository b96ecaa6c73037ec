"""Periods that share neither time nor people: whoever has met before, over an account or a device, stays together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import SplitConfig

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time (seconds) and the accounts that belong to it."""

    begin: int
    end: int
    accounts: Array


@dataclass(frozen=True, slots=True)
class Split:
    """Train, then calibrate, then wait for verdicts, then test; `deployed_at` is where the test begins."""

    train: Period
    calibration: Period
    test: Period
    deployed_at: int


def split(sessions: Columns, config: SplitConfig, *, today: int) -> Split:
    """A group of connected accounts belongs to the period in which it was first seen, and to no other.

    Raises `ValueError` where the data is too short for the periods.
    """
    deployed = today - config.test_days * DAY
    calibrated = deployed - config.verdict_days * DAY
    trained = calibrated - config.calibration_days * DAY
    oldest = int(sessions["began_at"].min())
    if trained <= oldest:
        raise ValueError(f"{(today - oldest) / DAY:.0f} days of sessions are too few for these periods")
    account, first = first_seen(sessions)

    def period(begin: int, end: int) -> Period:
        return Period(begin, end, account[(first >= begin) & (first < end)])

    return Split(period(oldest, trained), period(trained, calibrated), period(deployed, today), deployed)


def first_seen(sessions: Columns) -> tuple[Array, Array]:
    """Each account, and when the first account of its group had its first session (seconds)."""
    account, row = np.unique(sessions["account"], return_inverse=True)
    device, column = np.unique(sessions["device"], return_inverse=True)
    first = np.full(len(account), np.iinfo(np.int64).max)
    np.minimum.at(first, row, sessions["began_at"])
    while True:
        on_device = np.full(len(device), np.iinfo(np.int64).max)
        np.minimum.at(on_device, column, first[row])
        earlier = first.copy()
        np.minimum.at(earlier, row, on_device[column])
        if np.array_equal(earlier, first):
            return account, first
        first = earlier


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known about some accounts: `bot` is 0 or 1 where `known`; `certain` are people met at a live event.

    `audited` accounts were drawn by lot, so that among them bots are as frequent as everywhere.
    """

    bot: Array
    known: Array
    certain: Array
    audited: Array


def labels(account: Array, verdicts: Columns, *, as_of: int) -> Labels:
    """The verdicts as they stood at `as_of` (seconds), one entry for each of the sorted `account`."""
    arrived = verdicts["decided_at"] < as_of
    row = np.searchsorted(account, verdicts["account"]).clip(0, max(len(account) - 1, 0))
    mine = arrived & (account[row] == verdicts["account"])
    met = mine & (verdicts["source"] == "event")
    judged = mine & ~met
    bot = np.zeros(len(account), dtype=np.int64)
    bot[row[judged]] = verdicts["bot"][judged]
    masks = [np.zeros(len(account), dtype=bool) for _ in range(3)]
    for mask, rows in zip(masks, (judged, met, judged & (verdicts["source"] == "audit")), strict=True):
        mask[row[rows]] = True
    return Labels(bot, *masks)
