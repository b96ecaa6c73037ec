"""The events and their users on Spark, asked by the same texts of `sql/` as in the embedded database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from {{ cookiecutter.package }} import relations
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.relations import END_OF_TIME
from {{ cookiecutter.package }}.spark import Spark
from {{ cookiecutter.package }}.warehouse import TABLES, Warehouse


class SparkWarehouse:
    """Answers from a Spark that has the tables."""

    def __init__(self, spark: Spark, config: Config) -> None:
        self.spark, self._config = spark, config

    def ask(self, goal: str, *, only: int | None = None, as_of: int = END_OF_TIME) -> Columns:
        """The answer to one of the statements in `sql/`."""
        sql = relations.statement(goal, one_user=only is not None)
        return self.spark.ask(sql, relations.values(sql, self._config, only=only, as_of=as_of))


@contextmanager
def opened(config: Config, tables: Mapping[str, Columns]) -> Iterator[SparkWarehouse]:
    """A warehouse with the `users` and `raw_events` of `tables`; nothing personal is taken over."""
    with Spark(config.engine) as spark:
        for name in TABLES:
            spark.put(name, {column: tables[name][column] for column in Warehouse.names(name)})
        yield SparkWarehouse(spark, config)
