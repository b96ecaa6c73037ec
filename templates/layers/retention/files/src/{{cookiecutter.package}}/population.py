"""Who registers in the made world: people with a latent liking of the app, and farms of bots. Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns, concatenate, take

DAY = 86_400
PLATFORMS = np.array(["android", "ios", "web"])
CHANNELS = np.array(["search", "friend", "advert"])
ARMS = np.array(["control", "reminder"])
DRIFT_STARTS = 92
"""Day from which a drifting world buys more and cheaper adverts."""

_BOT_SHARE = 0.02
_FARMS = 4


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is. `offset` keeps the ids of several shards apart."""

    users: int
    days: int = 126
    shards: int = 1
    offset: int = 0


def make(rng: np.random.Generator, size: Size, *, drift: bool) -> tuple[Columns, Columns]:
    """Users in order of registration, and of each the truth that no company has: `liking` and whether it is a `bot`."""
    bots = round(size.users * _BOT_SHARE)
    people, liking = _people(rng, size, size.users - bots, drift=drift)
    farms = _farms(rng, size, bots)
    users = concatenate([people, farms])
    bot = np.arange(size.users) >= len(liking)
    truth = {"liking": np.r_[liking, np.zeros(bots)], "bot": bot.astype(np.int64)}
    order = np.argsort(users["registered_at"], kind="stable")
    ids = {"user_id": np.arange(size.users, dtype=np.int64) + size.offset}
    return {**ids, **take(users, order)}, {**ids, **take(truth, order)}


def _people(rng: np.random.Generator, size: Size, count: int, *, drift: bool) -> tuple[Columns, Array]:
    registered = np.sort(rng.integers(0, size.days * DAY, size=count))
    late = drift & (registered >= DRIFT_STARTS * DAY)
    platform = rng.choice(3, size=count, p=[0.48, 0.34, 0.18])
    channel = np.where(
        late, rng.choice(3, size=count, p=[0.24, 0.11, 0.65]), rng.choice(3, size=count, p=[0.45, 0.2, 0.35])
    )
    liking = rng.normal(size=count) + np.array([0.0, 0.2, -0.2])[platform] + np.array([0.1, 0.5, -0.45])[channel]
    return _accounts(rng, registered, platform, channel), liking - np.where(late & (channel == 2), 0.5, 0.0)


def _farms(rng: np.random.Generator, size: Size, count: int) -> Columns:
    """Bots register in the browser, by an advert, in bursts of a few days."""
    burst = rng.uniform(5, size.days - 20, size=_FARMS)[rng.integers(_FARMS, size=count)]
    registered = ((burst + rng.uniform(0, 4, size=count)) * DAY).astype(np.int64)
    return _accounts(rng, registered, np.full(count, 2), np.full(count, 2))


def _accounts(rng: np.random.Generator, registered: Array, platform: Array, channel: Array) -> Columns:
    """Gender, year of birth, city and e-mail stand in the source under its terms of service: not ours to use."""
    count = len(registered)
    number = rng.integers(10**9, 10**10, size=count)
    return {
        "registered_at": registered.astype(np.int64),
        "platform": PLATFORMS[platform],
        "channel": CHANNELS[channel],
        "gender": rng.choice(np.array(["f", "m", "x"]), size=count, p=[0.49, 0.49, 0.02]),
        "birth_year": rng.integers(1950, 2009, size=count),
        "city": rng.zipf(1.7, size=count) % 290 + 1,
        "email": np.array([f"u{one}@mail.example" for one in number]),
    }
