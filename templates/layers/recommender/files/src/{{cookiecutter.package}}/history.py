"""Users, items and plays in an embedded database, which answers the statements of `counts.py` in milliseconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType

import duckdb
import numpy as np

from {{ cookiecutter.package }} import als
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import AlsConfig, EngineConfig
from {{ cookiecutter.package }}.counts import TABLES, Counts

_PARAMETER = re.compile(r":([a-z]+)")


class History(Counts):
    """Tables to which plays are added as they happen."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.database = database

    @classmethod
    def of(cls, *, engine: EngineConfig | None = None, **tables: Columns) -> History:
        """A history of `users`, `items` and `plays`."""
        database = duckdb.connect(":memory:")
        if engine is not None:
            database.execute(f"SET threads = {engine.threads}")
            database.execute(f"SET memory_limit = '{engine.memory_limit_mb}MB'")
        for name, columns in TABLES.items():
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

    def ask(self, sql: str, values: Mapping[str, int]) -> Columns:
        """The answer to a statement; DuckDB writes its parameters `$name`."""
        found = self.database.execute(_PARAMETER.sub(r"$\1", sql), dict(values)).fetchnumpy()
        return {name: np.asarray(column) for name, column in found.items()}

    def factors(self, moment: int, items: Array, config: AlsConfig, *, seed: int) -> Array:
        """Factors of `items`, computed in this process."""
        return als.fit(self.interactions(moment), items, config, seed=seed)

    def add_play(self, *, user: int, item: int, played_at: int) -> None:
        """One more play."""
        self.database.execute("INSERT INTO plays VALUES ($1, $2, $3)", [user, item, played_at])

    def forget(self, user: int) -> None:
        """Erase a person: account and plays."""
        for name in ("users", "plays"):
            self.database.execute(f'DELETE FROM {name} WHERE "user" = $1', [user])
