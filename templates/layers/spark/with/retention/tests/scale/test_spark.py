"""Spark and the embedded engine give equal answers to equal texts, and a model trained on either is the same model.

These start a real Spark: `python3 project.py scale`. It needs Java 17 or newer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import config, train
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.spark_warehouse import SparkWarehouse, opened
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.warehouse import Warehouse

JAVA = shutil.which("java") or os.environ.get("JAVA_HOME")
# In CI a missing Java is a fault of the job, and Spark's own error says so.
pytestmark = pytest.mark.skipif(not JAVA and "CI" not in os.environ, reason="Spark needs Java 17 or newer")

GOALS = ("features", "labels", "logged", "active")


@pytest.fixture(scope="module")
def distributed() -> Config:
    """The configuration of the tests, switched to Spark."""
    return config.load(Path(__file__).parents[2] / "conf", engine="spark", world={"size": "small"}, seed=7)


@pytest.fixture(scope="module")
def on_spark(tables: dict[str, Columns], distributed: Config) -> Iterator[SparkWarehouse]:
    """The small world's tables on Spark."""
    with opened(distributed, tables) as made:
        yield made


def assert_equal(answer: Columns, expected: Columns) -> None:
    """The same columns in the same order, and every value the same to the last bit."""
    assert list(answer) == list(expected)
    for name, column in expected.items():
        values = np.ma.filled(column.astype(np.float64), np.nan) if np.ma.isMaskedArray(column) else column
        if values.dtype.kind in "OU":
            assert answer[name].tolist() == values.tolist(), name
        else:
            assert np.array_equal(answer[name], values, equal_nan=True), name


@pytest.mark.parametrize("goal", GOALS)
def test_every_statement_has_the_same_answer(goal: str, on_spark: SparkWarehouse, warehouse: Warehouse) -> None:
    expected = warehouse.ask(goal)
    assert len(next(iter(expected.values()))) > 100
    assert_equal(on_spark.ask(goal), expected)


def test_so_has_one_about_the_past_and_one_about_a_user(
    on_spark: SparkWarehouse, warehouse: Warehouse, prepared: Prepared
) -> None:
    past, user_id = prepared.split.deployed_at, int(prepared.features.user_id[17])
    assert_equal(on_spark.ask("labels", as_of=past), warehouse.ask("labels", as_of=past))
    assert_equal(on_spark.ask("features", only=user_id), warehouse.ask("features", only=user_id))


def test_rows_in_another_order_and_delivered_twice_change_no_answer(
    tables: dict[str, Columns], distributed: Config, warehouse: Warehouse
) -> None:
    rows, rng = tables["raw_events"], np.random.default_rng(3)
    mixed = take(rows, rng.permutation(np.repeat(np.arange(len(rows["event_id"])), 2)))
    with opened(distributed, {**tables, "raw_events": mixed}) as twice:
        assert_equal(twice.ask("features"), warehouse.ask("features"))


def test_the_comparison_sees_one_event_that_is_missing(
    tables: dict[str, Columns], distributed: Config, warehouse: Warehouse
) -> None:
    rows = tables["raw_events"]
    first = int(np.flatnonzero(rows["name"] == "lesson_done")[0])
    one_less = take(rows, np.arange(len(rows["event_id"])) != first)
    with opened(distributed, {**tables, "raw_events": one_less}) as silent, pytest.raises(AssertionError):
        assert_equal(silent.ask("logged"), warehouse.ask("logged"))


def test_the_work_is_really_divided(on_spark: SparkWarehouse) -> None:
    assert on_spark.spark.session.sparkContext.defaultParallelism >= 2
    assert on_spark.spark.session.table("raw_events").rdd.getNumPartitions() >= 2


def test_with_the_switch_set_training_sees_the_same_users_and_makes_the_same_model(
    tables: dict[str, Columns], distributed: Config, planned: Plan, prepared: Prepared, finished: Finished
) -> None:
    again = train.prepare(tables, distributed, planned)
    assert train.order_digest(again) == train.order_digest(prepared)
    trees = train.train(again, distributed, version="on-spark").classifier.trees
    assert trees.model_to_string() == finished.model.classifier.trees.model_to_string()
