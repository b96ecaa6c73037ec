"""The legacy pipeline as it is: raw tables and SQL kept as text, run step by step inside this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns, length
from {{ cookiecutter.package }}.config import EngineConfig, NeighbourhoodConfig
from {{ cookiecutter.package }}.features import NAMES, FeatureTable
from {{ cookiecutter.package }}.market import FIRST_YEAR

SQL = Path(__file__).with_name("sql")

TABLES = {
    "deeds": "deed BIGINT, property BIGINT, sold_on BIGINT, registered_on BIGINT, price_eur DOUBLE",
    "properties": "property BIGINT, town VARCHAR, x_m DOUBLE, y_m DOUBLE, area DOUBLE, area_unit VARCHAR, rooms BIGINT,"
    " built_year BIGINT, condition BIGINT",
    "market_index": "town VARCHAR, month BIGINT, published_on BIGINT, eur_per_m2 DOUBLE",
    "lakes": "lake BIGINT, town VARCHAR, x_m DOUBLE, y_m DOUBLE, radius_m DOUBLE",
    "towns": "town VARCHAR, x_m DOUBLE, y_m DOUBLE",
}
_QUESTIONS = "subject BIGINT, valued_on BIGINT, " + TABLES["properties"].removeprefix("property BIGINT, ")

FEATURES = "SELECT * FROM features ORDER BY valued_on, subject"
EVIDENCE = "SELECT subject FROM evidence ORDER BY subject"


class Warehouse:
    """Tables of the register and what the SQL steps make of them. Personal columns are not taken over."""

    def __init__(self, tables: Mapping[str, Columns], neighbourhood: NeighbourhoodConfig, engine: EngineConfig) -> None:
        limits: dict[str, str | bool | int | float | list[str]] = {
            "threads": str(engine.threads),
            "memory_limit": f"{engine.memory_limit_mb}MB",
        }
        self.database = duckdb.connect(":memory:", config=limits)
        for name, columns in TABLES.items():
            self.database.execute(f"CREATE TABLE {name} ({columns})")
            self._extend(name, tables[name])
        self.database.register("given", settings(neighbourhood))
        self.database.execute("CREATE TABLE settings AS SELECT * FROM given")
        self.database.unregister("given")
        self._asked = ""
        self._step("01_past")
        self._ask("past")
        self._step("03_plausible")
        self.database.execute("CREATE TABLE evidence AS SELECT * FROM plausible")
        self.database.execute(f"CREATE TABLE questions ({_QUESTIONS})")
        self._step("04_features")

    def sales(self) -> FeatureTable:
        """Features of every sale, each as they could have been computed on the day of the sale."""
        self._ask("past")
        return self._features()

    def evidence(self) -> Array:
        """The sales that are plausible enough to learn from, by deed, sorted."""
        rows = self.database.execute(EVIDENCE).fetchnumpy()
        return np.asarray(rows["subject"])

    def question(self, row: Mapping[str, Any]) -> FeatureTable:
        """Features of one home that the bank asks about; empty where no index had been published by that day."""
        asked = names(_QUESTIONS)
        self.database.execute("DELETE FROM questions")
        marks = ", ".join("?" for _ in asked)
        self.database.execute(f"INSERT INTO questions VALUES ({marks})", [row[name] for name in asked])
        self._ask("questions")
        return self._features()

    def _ask(self, source: str) -> None:
        """Let the steps describe the rows of `source`, the past or a question: one SQL for training and serving."""
        if source != self._asked:
            self.database.execute(f"CREATE OR REPLACE TEMPORARY VIEW asked AS SELECT * FROM {source}")
            self._step("02_described")
            self._asked = source

    def _features(self) -> FeatureTable:
        return feature_table(self.database.execute(FEATURES).fetchnumpy())

    def _step(self, name: str) -> None:
        self.database.execute(step(name))

    def _extend(self, table: str, columns: Columns) -> None:
        if length(columns):
            self.database.register("arriving", {name: columns[name] for name in names(TABLES[table])})
            self.database.execute(f"INSERT INTO {table} BY NAME SELECT * FROM arriving")
            self.database.unregister("arriving")

    def columns(self) -> Iterable[str]:
        """The names of all columns held."""
        return [row[0] for row in self.database.execute("SELECT column_name FROM duckdb_columns").fetchall()]

    def close(self) -> None:
        """Give the memory back."""
        self.database.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def step(name: str) -> str:
    """The text of one step, which means the same to every engine."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def settings(neighbourhood: NeighbourhoodConfig) -> Columns:
    """What the steps are told, as a table of one row."""
    return {
        "first_year": np.array([FIRST_YEAR], dtype=np.int64),
        "cell_m": np.array([neighbourhood.cell_m], dtype=np.float64),
        "evidence_days": np.array([neighbourhood.evidence_days], dtype=np.int64),
        "shrink_sales": np.array([neighbourhood.shrink_sales], dtype=np.int64),
    }


def feature_table(rows: Columns) -> FeatureTable:
    """The answer to `FEATURES` as training and serving take it."""
    return FeatureTable(
        subject=np.asarray(rows["subject"]),
        at=np.asarray(rows["valued_on"]),
        town=np.asarray(rows["town"]).astype(str),
        base_eur=np.asarray(rows["area_m2"] * rows["eur_per_m2"], dtype=np.float64),
        near_sales=np.asarray(rows["near_sales"]),
        index_age_days=np.asarray(rows["index_age_days"]),
        values=np.stack([np.asarray(rows[name], dtype=np.float64) for name in NAMES], axis=1),
    )


def names(columns: str) -> list[str]:
    """The names in the declaration of a table."""
    return [column.split()[0] for column in columns.split(", ")]
