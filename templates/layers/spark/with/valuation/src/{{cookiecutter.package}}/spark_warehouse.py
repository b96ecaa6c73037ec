"""The legacy pipeline on Spark: the same texts of `sql/`, step by step, as in the embedded database."""

from __future__ import annotations

from collections.abc import Mapping

from {{ cookiecutter.package }} import warehouse
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FeatureTable
from {{ cookiecutter.package }}.spark import Spark


def sales_and_evidence(tables: Mapping[str, Columns], config: Config) -> tuple[FeatureTable, Array]:
    """Features of every sale, and the deeds to learn from; nothing personal is taken over."""
    with Spark(config.engine) as spark:
        for name, columns in warehouse.TABLES.items():
            spark.put(name, {column: tables[name][column] for column in warehouse.names(columns)})
        spark.put("settings", warehouse.settings(config.neighbourhood))
        spark.session.sql(warehouse.step("01_past"))
        spark.session.table("past").createOrReplaceTempView("asked")
        spark.session.sql(warehouse.step("02_described"))
        spark.session.sql(warehouse.step("03_plausible"))
        # Computed once, as the embedded database keeps it in a table.
        spark.session.table("plausible").localCheckpoint().createOrReplaceTempView("evidence")
        spark.session.sql(warehouse.step("04_features"))
        evidence = spark.ask(warehouse.EVIDENCE, {})["subject"]
        return warehouse.feature_table(spark.ask(warehouse.FEATURES, {})), evidence
