"""Who played what until when: the only place that counts plays, always up to a moment and never beyond it.

The statements keep to what DuckDB and Spark SQL both understand and mean alike: whole seconds, no dialect's functions,
parameters written `:name`, which Spark takes as they are. A column is called by its table: `user` alone is a function.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.catalogue import DAY
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import AlsConfig

TABLES = {
    "users": ("user", "registered_at"),
    "items": ("item", "published_at"),
    "plays": ("user", "item", "played_at"),
}
"""What is kept of each table; columns that recommendations do not need never get in."""

INTERACTIONS = """
SELECT plays.user, plays.item, CAST(count(*) AS DOUBLE) AS times
FROM plays
WHERE plays.played_at < :moment
GROUP BY plays.user, plays.item
ORDER BY plays.user, plays.item
"""

STATE = """
SELECT
    items.item,
    published_at,
    CAST(count(played_at) AS DOUBLE) AS plays,
    CAST(count(played_at) FILTER (WHERE played_at >= :moment - :recent) AS DOUBLE) AS recent
FROM items
LEFT JOIN (SELECT item, played_at FROM plays WHERE played_at < :moment) AS plays USING (item)
GROUP BY items.item, published_at
ORDER BY items.item
"""

_ACCOUNTS = "SELECT count(*) AS accounts FROM users WHERE users.user = :user"


@dataclass(frozen=True, slots=True)
class State:
    """What was known about every item at a moment (seconds), in order of item ids."""

    moment: int
    item: Array
    published_at: Array
    plays: Array
    recent: Array

    @property
    def published(self) -> Array:
        """Which items may be shown."""
        return np.asarray(self.published_at <= self.moment)


@dataclass(frozen=True, slots=True)
class Interactions:
    """How often users played items before a moment, in order of user, then item."""

    user: Array
    item: Array
    plays: Array


class Counts(ABC):
    """What was played until any moment, by tables that a database holds."""

    @abstractmethod
    def ask(self, sql: str, values: Mapping[str, int]) -> Columns:
        """The answer to a statement whose parameters are written `:name`."""

    @abstractmethod
    def factors(self, moment: int, items: Array, config: AlsConfig, *, seed: int) -> Array:
        """Factors of `items` (sorted ids) by all plays before a moment: what `als.fit` makes of them."""

    def interactions(self, moment: int) -> Interactions:
        """All plays before a moment, counted by user and item."""
        found = self.ask(INTERACTIONS, {"moment": moment})
        return Interactions(found["user"], found["item"], found["times"])

    def interactions_of(self, user: int, moment: int) -> Interactions:
        """One user's plays before a moment."""
        sql = INTERACTIONS.replace("WHERE", "WHERE plays.user = :user AND")
        found = self.ask(sql, {"moment": moment, "user": user})
        return Interactions(found["user"], found["item"], found["times"])

    def state(self, moment: int, *, recent_days: int) -> State:
        """What was known about the items at a moment."""
        found = self.ask(STATE, {"moment": moment, "recent": recent_days * DAY})
        return State(moment, found["item"], found["published_at"], found["plays"], found["recent"])

    def has_user(self, user: int) -> bool:
        """Whether there is such an account."""
        return bool(self.ask(_ACCOUNTS, {"user": user})["accounts"][0])
