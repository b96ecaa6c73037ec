"""Who played what until when: the only place that counts plays, always up to a moment and never beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any

import duckdb
import numpy as np

from {{ cookiecutter.package }}.catalogue import DAY
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import EngineConfig

_KEPT = {
    "users": ("user", "registered_at"),
    "items": ("item", "published_at"),
    "plays": ("user", "item", "played_at"),
}

_INTERACTIONS = """
SELECT "user", item, count(*)::DOUBLE AS plays
FROM plays
WHERE played_at < $moment
GROUP BY ALL
ORDER BY "user", item
"""

_STATE = """
SELECT
    items.item,
    published_at,
    count(played_at)::DOUBLE AS plays,
    count(played_at) FILTER (played_at >= $moment - $recent)::DOUBLE AS recent
FROM items
LEFT JOIN (SELECT item, played_at FROM plays WHERE played_at < $moment) AS plays USING (item)
GROUP BY ALL
ORDER BY items.item
"""


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


class History:
    """The tables that recommendations need, in a database; columns they do not need never get in."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.database = database

    @classmethod
    def of(cls, *, engine: EngineConfig | None = None, **tables: Columns) -> History:
        """A history of `users`, `items` and `plays`."""
        database = duckdb.connect(":memory:")
        if engine is not None:
            database.execute(f"SET threads = {engine.threads}")
            database.execute(f"SET memory_limit = '{engine.memory_limit_mb}MB'")
        for name, columns in _KEPT.items():
            database.register("given", {column: tables[name][column] for column in columns})
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
            database.unregister("given")
        return cls(database)

    def __enter__(self) -> History:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def interactions(self, moment: int) -> Interactions:
        """All plays before a moment, counted by user and item."""
        found = self._fetch(_INTERACTIONS, {"moment": moment})
        return Interactions(found["user"], found["item"], found["plays"])

    def state(self, moment: int, *, recent_days: int) -> State:
        """What was known about the items at a moment."""
        found = self._fetch(_STATE, {"moment": moment, "recent": recent_days * DAY})
        return State(moment, found["item"], found["published_at"], found["plays"], found["recent"])

    def interactions_of(self, user: int, moment: int) -> Interactions:
        """One user's plays before a moment."""
        query = _INTERACTIONS.replace("WHERE", 'WHERE "user" = $user AND')
        found = self._fetch(query, {"moment": moment, "user": user})
        return Interactions(found["user"], found["item"], found["plays"])

    def has_user(self, user: int) -> bool:
        """Whether there is such an account."""
        return bool(self.database.execute('SELECT count(*) FROM users WHERE "user" = $1', [user]).fetchall()[0][0])

    def add_play(self, *, user: int, item: int, played_at: int) -> None:
        """One more play."""
        self.database.execute("INSERT INTO plays VALUES ($1, $2, $3)", [user, item, played_at])

    def forget(self, user: int) -> None:
        """Erase a person: account and plays."""
        for name in ("users", "plays"):
            self.database.execute(f'DELETE FROM {name} WHERE "user" = $1', [user])

    def _fetch(self, query: str, values: dict[str, Any]) -> Columns:
        return {name: np.asarray(column) for name, column in self.database.execute(query, values).fetchnumpy().items()}
