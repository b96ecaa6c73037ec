"""Spark and the embedded engine count the same plays by the same statements, and compute the same factors from them.

These start a real Spark: `python3 project.py scale`. It needs Java 17 or newer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyspark
import pytest
import torch

from {{ cookiecutter.package }} import config, engine, spark, spark_als, train
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.counts import INTERACTIONS, TABLES, Interactions, State
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.spark_history import SparkHistory
from {{ cookiecutter.package }}.train import Prepared

JAVA = shutil.which("java") or os.environ.get("JAVA_HOME")
# In CI a missing Java is a fault of the job, and Spark's own error says so.
pytestmark = pytest.mark.skipif(not JAVA and "CI" not in os.environ, reason="Spark needs Java 17 or newer")

CLOSE = 1e-9
"""Factors are of size 1, and equal but for rounding: other processes may add up products in another order."""


@pytest.fixture(scope="module")
def distributed() -> Config:
    """The configuration of the tests, switched to Spark."""
    return config.load(Path(__file__).parents[2] / "conf", engine="spark", world={"size": "small"}, seed=7)


@pytest.fixture(scope="module")
def on_spark(tables: dict[str, Columns], media: Media, distributed: Config) -> Prepared:
    """All that training needs, its plays on Spark."""
    return train.prepare(tables, media, distributed)


def equal(found: State | Interactions, expected: State | Interactions) -> bool:
    """Whether every value is the same to the last bit."""
    names = type(expected).__slots__
    return all(np.array_equal(getattr(found, name), getattr(expected, name)) for name in names)


def test_all_interactions_are_the_same_at_any_moment(on_spark: Prepared, prepared: Prepared) -> None:
    periods = prepared.periods
    for moment in (0, periods.blend, periods.test, periods.end):
        expected = prepared.history.interactions(moment)
        assert equal(on_spark.history.interactions(moment), expected)
        assert bool(moment) == (len(expected.user) > 1_000)
    assert expected.plays.max() > 1


def test_so_is_what_was_known_of_the_items(on_spark: Prepared, prepared: Prepared) -> None:
    for moment in (prepared.periods.blend, prepared.periods.test):
        expected = prepared.history.state(moment, recent_days=3)
        assert equal(on_spark.history.state(moment, recent_days=3), expected)
        assert 0 < expected.recent.sum() < expected.plays.sum()
        assert (expected.plays == 0).any()


def test_so_is_what_is_known_of_one_user(on_spark: Prepared, prepared: Prepared) -> None:
    request = prepared.test[-1]
    expected = prepared.history.interactions_of(request.user, request.moment)
    assert len(expected.item) > 1
    assert equal(on_spark.history.interactions_of(request.user, request.moment), expected)
    assert on_spark.history.has_user(request.user)
    assert not on_spark.history.has_user(-1)


def test_the_comparison_sees_one_play_that_is_missing(
    tables: dict[str, Columns], distributed: Config, prepared: Prepared
) -> None:
    plays, moment = tables["plays"], prepared.periods.test
    first = int(np.argmin(plays["played_at"]))
    less = {**tables, "plays": take(plays, np.arange(len(plays["played_at"])) != first)}
    counts = engine.counts(distributed.engine, **{name: less[name] for name in TABLES})
    assert not equal(counts.interactions(moment), prepared.history.interactions(moment))
    assert not equal(counts.state(moment, recent_days=3), prepared.history.state(moment, recent_days=3))


def test_the_factors_are_the_same(on_spark: Prepared, prepared: Prepared, settings: Config) -> None:
    moment, items = prepared.periods.test, prepared.media.item
    found, expected, other = (
        history.factors(moment, items, settings.als, seed=seed)
        for history, seed in ((on_spark.history, 7), (prepared.history, 7), (prepared.history, 8))
    )
    assert np.abs(found - expected).max() < CLOSE
    assert 0.1 < np.abs(expected).max() < 10
    assert np.array_equal(found.any(axis=1), expected.any(axis=1))
    assert not expected.any(axis=1).all(), "some item is played by nobody"
    assert np.abs(other - expected).max() > 0.01


def test_every_block_has_all_plays_of_its_own_users_and_none_has_all_users(
    on_spark: Prepared, prepared: Prepared
) -> None:
    history, moment = on_spark.history, prepared.periods.test
    assert isinstance(history, SparkHistory)
    counted = history.spark.session.sql(INTERACTIONS, args={"moment": moment})
    blocks = spark_als.blocks(counted, "user", "item").collect()
    expected = prepared.history.interactions(moment)
    assert history.spark.session.sparkContext.defaultParallelism >= 2
    assert len(blocks) >= 2
    assert sum(len(np.unique(block.own)) for block in blocks) == len(np.unique(expected.user))
    rows = np.argsort(np.concatenate([block.own for block in blocks]), kind="stable")
    for found, column in (("own", expected.user), ("other", expected.item), ("plays", expected.plays)):
        assert np.array_equal(np.concatenate([getattr(block, found) for block in blocks])[rows], column), found


def test_nothing_stays_on_the_workers_once_the_factors_are_there(on_spark: Prepared, settings: Config) -> None:
    assert isinstance(on_spark.history, SparkHistory)
    context = on_spark.history.spark.session.sparkContext
    kept = set(context._jsc.getPersistentRDDs())
    short = settings.als.model_copy(update={"rounds": 1})
    on_spark.history.factors(on_spark.periods.blend, on_spark.media.item, short, seed=1)
    assert set(context._jsc.getPersistentRDDs()) <= kept


def test_started_by_spark_submit_its_settings_count_and_ours_do_not(distributed: Config, tmp_path: Path) -> None:
    script = tmp_path / "shown.py"
    script.write_text(
        "from pathlib import Path\n"
        "from {{ cookiecutter.package }} import config, spark\n"
        f"settings = config.load(Path({str(Path(__file__).parents[2] / 'conf')!r}), engine='spark')\n"
        "session = spark.Spark(settings.engine).session\n"
        "print(session.sparkContext.master, session.conf.get('spark.sql.session.timeZone'))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(spark.__file__).parents[1]), "PYSPARK_PYTHON": sys.executable}
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    command = [submit, "--master", "local[3]", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert distributed.engine.threads != 3
    assert done.stdout.split()[-2:] == ["local[3]", "UTC"]


def test_with_the_switch_set_training_makes_the_same_model(
    on_spark: Prepared, distributed: Config, prepared: Prepared, finished: Finished
) -> None:
    assert train.order_digest(on_spark, distributed) == train.order_digest(prepared, distributed)
    made, expected = train.train(on_spark, distributed, version="on-spark"), finished.model
    assert np.abs(made.learned.factors - expected.learned.factors).max() < CLOSE
    for one, other in zip(made.learned.towers, expected.learned.towers, strict=True):
        for name, value in one.state_dict().items():
            assert torch.allclose(value, other.state_dict()[name], atol=1e-4), name
    assert np.allclose(made.weights, expected.weights, rtol=1e-3)
