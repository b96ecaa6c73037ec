"""Honest customers of the world: who they are, how they pay, how they play. Times are seconds since day 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns, length

DAY = 86_400
COUNTRIES = np.array(["SE", "DE", "FI", "NO", "GB", "ES", "PL"])
METHODS = np.array(["card", "wallet", "bank"])
_CURRENCIES = np.array(["SEK", "EUR", "EUR", "NOK", "GBP", "EUR", "PLN"])


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is. `offset` keeps the ids of several shards apart."""

    customers: int
    days: int = 420
    shards: int = 1
    offset: int = 0


def make(rng: np.random.Generator, size: Size) -> tuple[Columns, Columns, Columns]:
    """Customers, their payments (with `fraud` and `tactic`, all but the disputes of friends 0) and their play."""
    customers, until = _customers(rng, size)
    payments = _payments(rng, size, customers, until)
    return customers, payments, play_after(rng, payments, share=0.9, minutes=45.0)


def accounts(rng: np.random.Generator, ids: Array, registered: Array, country: Array) -> Columns:
    """Rows of the customer table; the e-mail and birth year are personal and must never reach a model."""
    return {
        "customer": ids,
        "registered_at": registered.astype(np.int64),
        "country": COUNTRIES[country],
        "email": np.array([f"player{number}@example.org" for number in ids]),
        "birth_year": rng.integers(1950, 2006, size=len(ids)),
    }


def rows(customer: Array, at: Array, amount: Array, **columns: Array) -> Columns:
    """Rows of the payment table, amounts in euro with cents; `country` and `home` are positions in COUNTRIES."""
    home = columns["home"]
    return {
        "paid_at": at.astype(np.int64),
        "customer": customer.astype(np.int64),
        "card": columns["card"].astype(np.int64),
        "device": columns["device"].astype(np.int64),
        "method": METHODS[columns["method"]],
        "amount": np.clip(np.round(amount, 2), 1.0, 2_000.0),
        "currency": _CURRENCIES[home],
        "country": COUNTRIES[columns["country"]],
        "card_country": COUNTRIES[home],
        "fraud": columns["fraud"].astype(np.int64),
        "tactic": columns["tactic"],
    }


def play_after(rng: np.random.Generator, payments: Columns, *, share: float, minutes: float) -> Columns:
    """Sessions that begin within three hours of a deposit, for `share` of the deposits; `minutes` is the median."""
    played = rng.random(length(payments)) < share
    count = int(played.sum())
    begins = payments["paid_at"][played] + rng.exponential(2_400, size=count).astype(np.int64) + 60
    lasted = np.maximum(1, rng.lognormal(np.log(minutes), 0.7, size=count)).astype(np.int64)
    return {"customer": payments["customer"][played], "began_at": begins, "minutes": lasted}


def hours(rng: np.random.Generator, count: int) -> Array:
    """Seconds into the day at which people play: mostly in the evening."""
    return np.mod(rng.normal(20.0, 3.6, size=count), 24.0) * 3_600


def _customers(rng: np.random.Generator, size: Size) -> tuple[Columns, Array]:
    """Accounts open all the time and are left after eight months, so that a world without drift has none."""
    ids = np.arange(size.customers, dtype=np.int64) + size.offset
    registered = rng.uniform(-700, size.days - 1, size=size.customers) * DAY
    until = registered + rng.exponential(240, size=size.customers) * DAY
    country = rng.choice(len(COUNTRIES), size=size.customers, p=[0.3, 0.22, 0.14, 0.12, 0.1, 0.07, 0.05])
    return accounts(rng, ids, registered, country), np.minimum(until, size.days * DAY)


def _payments(rng: np.random.Generator, size: Size, customers: Columns, until: Array) -> Columns:
    begin = np.maximum(customers["registered_at"], 0)
    days = np.maximum(until - begin, 0) / DAY
    counts = rng.poisson(days * rng.gamma(1.1, 0.16, size=size.customers))
    who = np.repeat(np.arange(size.customers), counts)
    total = len(who)
    day = (begin[who] + rng.random(total) * (until - begin)[who]) // DAY
    at = _top_ups(rng, who, np.maximum(day * DAY + hours(rng, total), begin[who]))
    at = np.clip(at, 0, size.days * DAY - 1)
    home = np.searchsorted(np.sort(COUNTRIES), customers["country"])
    home = np.argsort(COUNTRIES)[home][who]
    abroad = rng.random(total) < np.where(rng.random(size.customers) < 0.05, 0.35, 0.012)[who]
    disputes = np.where(rng.random(size.customers) < 0.003, 0.12, 0.0)
    friendly = rng.random(total) < disputes[who]
    return rows(
        who + size.offset, at, _amounts(rng, who, size.customers),
        home=home, country=np.where(abroad, rng.integers(0, len(COUNTRIES), size=total), home),
        card=_cards(rng, who) + 10 * size.offset, device=_devices(rng, who, size.customers) + 10 * size.offset,
        method=rng.choice(3, size=total, p=[0.7, 0.2, 0.1]),
        fraud=friendly, tactic=np.where(friendly, "friendly", "none"),
    )  # fmt: skip


def _top_ups(rng: np.random.Generator, who: Array, at: Array) -> Array:
    """A losing evening: some deposits follow the one before within minutes, as a stolen card's would."""
    again = (rng.random(len(who)) < 0.16) & np.r_[False, who[1:] == who[:-1]]
    moved = at.copy()
    for row in np.flatnonzero(again):
        moved[row] = moved[row - 1] + rng.exponential(1_500)
    return moved


def _amounts(rng: np.random.Generator, who: Array, customers: int) -> Array:
    """Each customer has a habit; three of five deposits are round; one customer in fifty plays high."""
    usual = rng.lognormal(np.log(24.0), 0.7, size=customers) * np.where(rng.random(customers) < 0.02, 8.0, 1.0)
    amount = usual[who] * rng.lognormal(0.0, 0.5, size=len(who))
    rounded = np.maximum(5.0, np.round(amount / 5.0) * 5.0)
    return np.where(rng.random(len(who)) < 0.6, rounded, amount)


def _cards(rng: np.random.Generator, who: Array) -> Array:
    second = rng.random(len(who)) < 0.12
    return who * 4 + second


def _devices(rng: np.random.Generator, who: Array, customers: int) -> Array:
    """Own device, sometimes a second; one customer in twelve shares with a housemate; now and then a borrowed one."""
    shares = rng.random(customers) < 0.08
    own = np.where(shares, np.maximum(np.arange(customers) - 1, 0), np.arange(customers))
    device = own[who] * 4 + (rng.random(len(who)) < 0.2)
    borrowed = rng.random(len(who)) < 0.02
    return np.where(borrowed, customers * 4 + rng.integers(0, customers * 4, size=len(who)), device)
