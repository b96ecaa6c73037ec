"""Spark and the embedded engine compute equal features, and a model trained on either is the same model.

These start a real Spark: `python3 project.py scale`. It needs Java 17 or newer.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import config, train
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.engine import every_feature
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import HISTORY, Prepared

JAVA = shutil.which("java") or os.environ.get("JAVA_HOME")
# In CI a missing Java is a fault of the job, and Spark's own error says so.
pytestmark = pytest.mark.skipif(not JAVA and "CI" not in os.environ, reason="Spark needs Java 17 or newer")


@pytest.fixture(scope="module")
def distributed() -> Config:
    """The configuration of the tests, switched to Spark."""
    return config.load(Path(__file__).parents[2] / "conf", engine="spark", world={"size": "small"}, seed=7)


@pytest.fixture(scope="module")
def on_spark(tables: dict[str, Columns], distributed: Config) -> Prepared:
    """All that training needs, its features from Spark."""
    return train.prepare(tables, distributed)


def test_every_feature_of_every_payment_is_the_same_to_the_last_bit(on_spark: Prepared, prepared: Prepared) -> None:
    assert len(prepared.features.payment) > 1_000
    assert np.array_equal(on_spark.features.payment, prepared.features.payment)
    assert np.array_equal(on_spark.features.at, prepared.features.at)
    for name in NAMES:
        found, expected = on_spark.features.column(name), prepared.features.column(name)
        assert np.array_equal(found, expected, equal_nan=True), name


def test_the_features_say_something(prepared: Prepared) -> None:
    """So that two engines that know nothing would not pass for equal."""
    for name in NAMES:
        assert len(np.unique(prepared.features.column(name))) > 1, name


def test_rows_in_another_order_change_no_feature(
    tables: dict[str, Columns], distributed: Config, prepared: Prepared
) -> None:
    rng = np.random.default_rng(3)
    mixed = {name: take(tables[name], rng.permutation(len(next(iter(tables[name].values()))))) for name in HISTORY}
    found = every_feature(distributed.engine, **mixed)
    assert np.array_equal(found.values, prepared.features.values, equal_nan=True)


def test_the_comparison_sees_chargebacks_that_are_missing(
    tables: dict[str, Columns], distributed: Config, prepared: Prepared
) -> None:
    known = {name: tables[name] for name in HISTORY}
    known["chargebacks"] = take(known["chargebacks"], np.arange(len(known["chargebacks"]["payment"])) % 10 > 0)
    found = every_feature(distributed.engine, **known)
    assert not np.array_equal(found.values, prepared.features.values, equal_nan=True)


def test_with_the_switch_set_training_sees_the_same_payments_and_makes_the_same_model(
    on_spark: Prepared, distributed: Config, prepared: Prepared, finished: Finished
) -> None:
    assert train.order_digest(on_spark) == train.order_digest(prepared)
    trees = train.train(on_spark, distributed, version="on-spark").classifier.trees
    assert trees.model_to_string() == finished.model.classifier.trees.model_to_string()
