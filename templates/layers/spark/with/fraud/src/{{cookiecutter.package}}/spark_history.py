"""What the company knows on Spark: the features of all payments by the same statement as in the embedded database."""

from __future__ import annotations

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import EngineConfig
from {{ cookiecutter.package }}.features import FeatureTable, query
from {{ cookiecutter.package }}.history import TABLES, History
from {{ cookiecutter.package }}.spark import Spark


def features(engine: EngineConfig, **tables: Columns) -> FeatureTable:
    """Features of all payments in these tables; nothing personal is taken over."""
    with Spark(engine) as spark:
        for name in TABLES:
            spark.put(name, {column: tables[name][column] for column in History.names(name)})
        return FeatureTable.of(spark.ask(query(), {}))
