"""The made users: what they like, how often they come, and how likely each is to play an item on a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.catalogue import DAY, TASTES
from {{ cookiecutter.package }}.columns import Array, Columns

_RARE = -2.3
_FASHION = 0.5
_PERIOD_DAYS = 80.0


def make(rng: np.random.Generator, *, users: int, days: int, offset: int) -> tuple[Columns, Columns]:
    """Users and the truth about them."""
    number = np.arange(users, dtype=np.int64) + offset
    account = {
        "user": number,
        "registered_at": rng.integers(-300 * DAY, 1, size=users),
        "email": np.array([f"user{one}@mail.example" for one in number]),
        "birth_year": rng.integers(1940, 2010, size=users),
    }
    likes = rng.normal(0, 0.7, size=(users, TASTES))
    truth = {
        "user": number,
        "activity": np.clip(rng.beta(1.6, 3.0, size=users), 0.02, 0.95),
        **{f"taste_{one}": likes[:, one] for one in range(TASTES)},
    }
    return account, truth


@dataclass(frozen=True, slots=True)
class Liking:
    """The truth about who likes what: by taste, quality, newness and, with `drift`, a fashion that turns."""

    users: Columns
    items: Columns
    published_at: Array
    drift: bool

    def chance(self, user: Array, item: Array, day: int) -> Array:
        """The chance that users (positions) play items (positions) on a day when they look at them."""
        character = _matrix(self.items)
        match = (_matrix(self.users)[user] * character[item]).sum(axis=1)
        age = np.maximum(day - self.published_at[item] / DAY, 0)
        appeal = self.items["quality"] + character @ self._fashion(day)
        value = _RARE + 1.5 * match + appeal[item] + 0.8 * np.exp(-age / 5)
        return np.asarray(1 / (1 + np.exp(-value)))

    def _fashion(self, day: int) -> Array:
        turn = 2 * np.pi * (day if self.drift else 0) / _PERIOD_DAYS
        return np.asarray(_FASHION * np.r_[np.cos(turn), np.sin(turn), np.zeros(TASTES - 2)])


def _matrix(table: Columns) -> Array:
    return np.stack([table[f"taste_{one}"] for one in range(TASTES)], axis=1)
