"""Users, items and plays on Spark, which answers the statements of `counts.py` and computes the factors."""

from __future__ import annotations

from collections.abc import Mapping

from {{ cookiecutter.package }} import spark_als
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import AlsConfig, EngineConfig
from {{ cookiecutter.package }}.counts import INTERACTIONS, TABLES, Counts
from {{ cookiecutter.package }}.spark import Spark


class SparkHistory(Counts):
    """The tables of a run in a session of its own; nothing personal is taken over."""

    def __init__(self, engine: EngineConfig, **tables: Columns) -> None:
        self.spark = Spark(engine)
        for name, columns in TABLES.items():
            self.spark.put(name, {column: tables[name][column] for column in columns})

    def ask(self, sql: str, values: Mapping[str, int]) -> Columns:
        """The answer to a statement as it stands."""
        return self.spark.ask(sql, values)

    def factors(self, moment: int, items: Array, config: AlsConfig, *, seed: int) -> Array:
        """Factors of `items`, computed where the interactions were counted: they never come to this process."""
        interactions = self.spark.session.sql(INTERACTIONS, args={"moment": moment})
        return spark_als.fit(interactions, items, config, seed=seed)
