"""How the world's fraudsters work: stolen cards tried out, accounts taken over, rings behind shared devices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns, concatenate, length
from {{ cookiecutter.package }}.population import COUNTRIES, DAY, Size, accounts, hours, play_after, rows

FRAUD_SHARE = 0.0058
"""Of all payments, without the disputes of friends, which add the rest to 0.6 %."""

_ABROAD = 500_000_000
"""Cards and devices of fraudsters start here, so that they never meet an honest one by accident."""


@dataclass(frozen=True, slots=True)
class Campaigns:
    """New accounts, payments and what little play of all campaigns together."""

    customers: Columns
    payments: Columns
    activity: Columns


@dataclass(slots=True)
class _Ids:
    """The next free account, card and device."""

    customer: int
    card: int
    device: int


def make(rng: np.random.Generator, size: Size, good: Columns, *, first_customer: int, drift: bool) -> Campaigns:
    """Campaigns until fraud has its share of the payments. With `drift` card testing gives way to rings over time."""
    ids = _Ids(first_customer + size.offset, _ABROAD + 10 * size.offset, _ABROAD + 10 * size.offset)
    wanted, made = int(length(good) * FRAUD_SHARE), 0
    people: list[Columns] = []
    payments: list[Columns] = []
    while made < wanted:
        day = rng.uniform(1, size.days - 8)
        progress = day / size.days if drift else 0.5
        for new, rows_made in _campaign(rng, ids, good, day, progress):
            people += [new] if length(new) else []
            payments.append(rows_made)
            made += length(rows_made)
    together = concatenate(payments)
    together["paid_at"] = np.minimum(together["paid_at"], size.days * DAY - 1)
    return Campaigns(concatenate(people), together, play_after(rng, together, share=0.3, minutes=12.0))


def _campaign(
    rng: np.random.Generator, ids: _Ids, good: Columns, day: float, progress: float
) -> Iterator[tuple[Columns, Columns]]:
    """One campaign as (new accounts, payments); which tactic is likely depends on how late it is in the world."""
    testing, takeover = 0.62 - 0.4 * progress, 0.3
    draw = rng.random()
    if draw < testing:
        yield _test_card(rng, ids, day, boldness=progress)
    elif draw < testing + takeover:
        yield _take_over(rng, ids, good, day)
    else:
        yield from _ring(rng, ids, day)


def _test_card(rng: np.random.Generator, ids: _Ids, day: float, *, boldness: float) -> tuple[Columns, Columns]:
    """A fresh account, small amounts within minutes, then large ones; later fraudsters skip the small ones."""
    small = int(rng.integers(1, 5)) if rng.random() > 0.7 * boldness else 0
    large = int(rng.integers(1, 4))
    account = _account(rng, ids, day * DAY - rng.exponential(1.5 * DAY))
    at = day * DAY + np.cumsum(rng.exponential(420, size=small + large))
    amount = np.r_[rng.uniform(1, 9, size=small), rng.lognormal(np.log(130), 0.6, size=large)]
    return account, _rows(rng, ids, account, at, amount, tactic="testing", foreign=0.45)


def _take_over(rng: np.random.Generator, ids: _Ids, good: Columns, day: float) -> tuple[Columns, Columns]:
    """Somebody else's account and saved card, a new device, several times the owner's usual amount, at night."""
    row = int(rng.integers(length(good)))
    count = int(rng.integers(1, 4))
    at = np.floor(day) * DAY + rng.normal(3.5, 2.5) * 3_600 + np.cumsum(rng.exponential(1_800, size=count))
    amount = np.clip(good["amount"][row] * rng.lognormal(np.log(3.0), 0.5, size=count), 20, 900)
    home = _position(good["card_country"][row])
    ids.device += 1
    made = rows(
        np.full(count, good["customer"][row]), np.maximum(at, 0), amount,
        home=np.full(count, home), country=np.full(count, home if rng.random() < 0.5 else rng.integers(7)),
        card=np.full(count, good["card"][row]), device=np.full(count, ids.device),
        method=np.zeros(count, dtype=int), fraud=np.ones(count), tactic=np.full(count, "takeover"),
    )  # fmt: skip
    return {}, made


def _ring(rng: np.random.Generator, ids: _Ids, day: float) -> Iterator[tuple[Columns, Columns]]:
    """Two to five accounts over a week behind one or two devices, with amounts that look like anyone's."""
    devices = ids.device + 1 + np.arange(int(rng.integers(1, 3)))
    ids.device += len(devices)
    for _ in range(int(rng.integers(2, 6))):
        start = day * DAY + rng.uniform(0, 7 * DAY)
        account = _account(rng, ids, start - rng.exponential(4 * DAY))
        count = int(rng.integers(1, 4))
        at = start // DAY * DAY + hours(rng, count) + np.arange(count) * rng.choice([600, DAY])
        amount = np.round(rng.lognormal(np.log(55), 0.5, size=count) / 5) * 5
        device = int(rng.choice(devices))
        yield account, _rows(rng, ids, account, at, amount, tactic="ring", foreign=0.1, device=device)


def _account(rng: np.random.Generator, ids: _Ids, registered: float) -> Columns:
    ids.customer += 1
    country = rng.integers(len(COUNTRIES), size=1)
    return accounts(rng, np.array([ids.customer - 1], dtype=np.int64), np.array([registered]), country)


def _rows(
    rng: np.random.Generator, ids: _Ids, account: Columns, at: Array, amount: Array, *,
    tactic: str, foreign: float, device: int | None = None,
) -> Columns:  # fmt: skip
    """Payments of one fraudulent account with one stolen card; `foreign` is the chance of another country's network."""
    ids.card += 1
    if device is None:
        ids.device += 1
        device = ids.device
    count, home = len(at), _position(account["country"][0])
    seen_from = int(rng.integers(len(COUNTRIES))) if rng.random() < foreign else home
    return rows(
        np.full(count, account["customer"][0]), np.maximum(at, account["registered_at"][0] + 30), amount,
        home=np.full(count, home), country=np.full(count, seen_from), card=np.full(count, ids.card),
        device=np.full(count, device), method=np.zeros(count, dtype=int),
        fraud=np.ones(count), tactic=np.full(count, tactic),
    )  # fmt: skip


def _position(country: str) -> int:
    return int(np.flatnonzero(country == COUNTRIES)[0])
