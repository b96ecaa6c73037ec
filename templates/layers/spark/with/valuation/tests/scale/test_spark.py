"""Spark and the embedded engine make the same features and the same evidence of the same texts.

These start a real Spark: `python3 project.py scale`. It needs Java 17 or newer.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import config, engine, train
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.train import Prepared

JAVA = shutil.which("java") or os.environ.get("JAVA_HOME")
# In CI a missing Java is a fault of the job, and Spark's own error says so.
pytestmark = pytest.mark.skipif(not JAVA and "CI" not in os.environ, reason="Spark needs Java 17 or newer")

# The logarithms of two libraries differ in the last bit of some numbers; all else is equal to the last bit.
LOGARITHMS = {name for name in NAMES if name.startswith("log_")}


@pytest.fixture(scope="module")
def distributed() -> Config:
    """The configuration of the tests, switched to Spark."""
    return config.load(Path(__file__).parents[2] / "conf", engine="spark", world={"size": "small"}, seed=7)


@pytest.fixture(scope="module")
def on_spark(tables: dict[str, Columns], distributed: Config) -> Prepared:
    """All that training needs, from Spark."""
    return train.prepare(tables, distributed)


def test_every_feature_of_every_sale_is_the_same(on_spark: Prepared, prepared: Prepared) -> None:
    found, expected = on_spark.features, prepared.features
    assert len(expected.subject) > 1_000
    for name in ("subject", "at", "town", "base_eur", "near_sales", "index_age_days"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name
    for column, name in enumerate(NAMES):
        rtol = 1e-14 if name in LOGARITHMS else 0.0
        one, other = found.values[:, column], expected.values[:, column]
        assert np.allclose(one, other, rtol=rtol, atol=rtol), name
        assert len(np.unique(other)) > 1, name


def test_the_same_sales_are_plausible(on_spark: Prepared, prepared: Prepared) -> None:
    assert np.array_equal(on_spark.plausible, prepared.plausible)
    assert 0 < (~prepared.plausible).sum() < 0.1 * len(prepared.plausible)


def test_the_periods_hold_the_same_sales(on_spark: Prepared, prepared: Prepared) -> None:
    assert len(on_spark.origins) == len(prepared.origins) > 0
    for one, other in zip(on_spark.origins, prepared.origins, strict=True):
        for name in ("train", "calibration", "test"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_the_comparison_sees_one_sale_that_is_missing(
    tables: dict[str, Columns], distributed: Config, prepared: Prepared
) -> None:
    deeds = tables["deeds"]
    middle = np.argsort(deeds["sold_on"], kind="stable")[len(deeds["deed"]) // 2]
    less = {**tables, "deeds": take(deeds, np.arange(len(deeds["deed"])) != middle)}
    found, _ = engine.sales_and_evidence(less, distributed)
    kept = np.isin(prepared.features.subject, found.subject)
    assert kept.sum() == len(found.subject) == len(kept) - 1
    assert not np.allclose(found.values, prepared.features.values[kept], rtol=1e-14)
