"""What the company knows at a moment: an embedded database of payments, customers, play and chargebacks."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import duckdb

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import EngineConfig
from {{ cookiecutter.package }}.features import FeatureTable, compute

TABLES = {
    "payments": "payment BIGINT, paid_at BIGINT, customer BIGINT, card BIGINT, device BIGINT, method VARCHAR,"
    " amount DOUBLE, currency VARCHAR, country VARCHAR, card_country VARCHAR",
    "customers": "customer BIGINT, registered_at BIGINT, country VARCHAR",
    "activity": "customer BIGINT, began_at BIGINT, minutes BIGINT",
    "chargebacks": "payment BIGINT, reported_at BIGINT",
}

_DEFAULT = EngineConfig(engine="duckdb", threads=2, memory_limit_mb=1024)


class History:
    """Tables to which rows are added as they happen. Personal columns of the sources are not taken over."""

    def __init__(self, engine: EngineConfig = _DEFAULT) -> None:
        limits: dict[str, str | bool | int | float | list[str]] = {
            "threads": str(engine.threads),
            "memory_limit": f"{engine.memory_limit_mb}MB",
        }
        self.database = duckdb.connect(":memory:", config=limits)
        for name, columns in TABLES.items():
            self.database.execute(f"CREATE TABLE {name} ({columns})")

    @classmethod
    def of(cls, *, engine: EngineConfig = _DEFAULT, **tables: Columns) -> History:
        """A history that starts with these tables."""
        history = cls(engine)
        for name, columns in tables.items():
            history.extend(name, columns)
        return history

    def extend(self, table: str, columns: Columns) -> None:
        """Many rows at once, e.g. `extend("payments", …)`."""
        self.database.register("arriving", {name: columns[name] for name in self.names(table)})
        self.database.execute(f"INSERT INTO {table} BY NAME SELECT * FROM arriving")
        self.database.unregister("arriving")

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """One row, as it happens."""
        names = self.names(table)
        marks = ", ".join("?" for _ in names)
        self.database.execute(f"INSERT INTO {table} VALUES ({marks})", [row[name] for name in names])

    @staticmethod
    def names(table: str) -> list[str]:
        """The columns of a table that this project keeps."""
        return [column.split()[0] for column in TABLES[table].split(",")]

    def has(self, table: str, column: str, value: int) -> bool:
        """Whether a row with this value is there."""
        return self.database.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", [value]).fetchone() is not None

    def features(self, *, only: int | None = None) -> FeatureTable:
        """Features of all payments, or of one."""
        return compute(self.database, only=only)

    def forget(self, customer: int) -> None:
        """Erase a person: the account and everything that hangs on it."""
        self.database.execute(
            "DELETE FROM chargebacks WHERE payment IN (SELECT payment FROM payments WHERE customer = ?)", [customer]
        )
        for table in ("payments", "activity", "customers"):
            self.database.execute(f"DELETE FROM {table} WHERE customer = ?", [customer])

    def close(self) -> None:
        """Give the memory back."""
        self.database.close()

    def __enter__(self) -> History:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
