"""The events as they arrived and the users they belong to, in an embedded database; nothing personal is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import duckdb

from {{ cookiecutter.package }} import relations
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FeatureTable
from {{ cookiecutter.package }}.relations import END_OF_TIME

TABLES = {
    "users": "user_id BIGINT, registered_at BIGINT, platform VARCHAR, channel VARCHAR",
    "raw_events": "event_id BIGINT, source VARCHAR, user_id BIGINT, name VARCHAR, version VARCHAR, layout BIGINT,"
    " occurred_at BIGINT, received_at BIGINT, length DOUBLE",
}


class Warehouse:
    """Tables to which events are added as they arrive; the texts of `sql/` ask them."""

    def __init__(self, config: Config) -> None:
        limits: dict[str, str | bool | int | float | list[str]] = {
            "threads": str(config.engine.threads),
            "memory_limit": f"{config.engine.memory_limit_mb}MB",
        }
        self.database = duckdb.connect(":memory:", config=limits)
        self._config = config
        for name, columns in TABLES.items():
            self.database.execute(f"CREATE TABLE {name} ({columns})")

    @classmethod
    def of(cls, config: Config, tables: Mapping[str, Columns]) -> Warehouse:
        """A warehouse that starts with the `users` and `raw_events` of `tables`."""
        warehouse = cls(config)
        for name in TABLES:
            warehouse.extend(name, tables[name])
        return warehouse

    def extend(self, table: str, columns: Columns) -> None:
        """Many rows at once."""
        self.database.register("arriving", {name: columns[name] for name in self.names(table)})
        self.database.execute(f"INSERT INTO {table} BY NAME SELECT * FROM arriving")
        self.database.unregister("arriving")

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """One row, as it arrives."""
        names = self.names(table)
        marks = ", ".join("?" for _ in names)
        self.database.execute(f"INSERT INTO {table} VALUES ({marks})", [row[name] for name in names])

    @staticmethod
    def names(table: str) -> list[str]:
        """The columns of a table that this project keeps."""
        return [column.split()[0] for column in TABLES[table].split(",")]

    def user(self, user_id: int) -> dict[str, Any] | None:
        """What is known of a user beside the events."""
        names = self.names("users")
        row = self.database.execute(f"SELECT {', '.join(names)} FROM users WHERE user_id = ?", [user_id]).fetchone()
        return None if row is None else dict(zip(names, row, strict=True))

    def features(self, *, only: int | None = None, as_of: int = END_OF_TIME) -> FeatureTable:
        """Features of everybody whose first week was over at `as_of` (seconds), or of the user `only`; no bots."""
        return FeatureTable.of(self.ask("features", only=only, as_of=as_of))

    def ask(self, goal: str, *, only: int | None = None, as_of: int = END_OF_TIME) -> Columns:
        """The answer to one of the statements in `sql/`."""
        sql = relations.statement(goal, one_user=only is not None)
        given = relations.values(sql, self._config, only=only, as_of=as_of)
        return dict(self.database.execute(relations.for_duckdb(sql), given).fetchnumpy())

    def forget(self, user_id: int) -> None:
        """Erase a person: the account and every event."""
        for table in TABLES:
            self.database.execute(f"DELETE FROM {table} WHERE user_id = ?", [user_id])

    def close(self) -> None:
        """Give the memory back."""
        self.database.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
