"""Collaborative filtering: it solves its equations, in any blocks, and never holds users × items."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from {{ cookiecutter.package }} import als
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.counts import Interactions
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared


def test_a_step_solves_the_equations_that_a_book_writes_down(settings: Config) -> None:
    rng = np.random.default_rng(1)
    plays = rng.poisson(0.6, size=(7, 9)).astype(float)
    factors = rng.normal(size=(9, 3))
    row, column = np.nonzero(plays)
    found = als.solve(row, column, plays[row, column], factors, settings.als, rows=7)
    for user in range(7):
        confidence = np.diag(1 + settings.als.confidence * np.log1p(plays[user]))
        left = factors.T @ confidence @ factors + settings.als.regularization * np.eye(3)
        right = factors.T @ confidence @ (plays[user] > 0)
        assert found[user] == pytest.approx(np.linalg.solve(left, right))


@pytest.mark.parametrize("block_rows", [1, 7, 100_000])
def test_the_size_of_blocks_changes_nothing(prepared: Prepared, settings: Config, block_rows: int) -> None:
    seen = prepared.history.interactions(prepared.periods.blend)
    items = prepared.media.item
    config = settings.als.model_copy(update={"rounds": 2})
    other = config.model_copy(update={"block_rows": block_rows})
    assert np.array_equal(als.fit(seen, items, config, seed=1), als.fit(seen, items, other, seed=1))


def test_a_user_alone_gets_the_taste_they_get_among_all(
    prepared: Prepared, finished: Finished, settings: Config
) -> None:
    seen = prepared.history.interactions(prepared.periods.test)
    learned = finished.model.learned
    users = np.unique(seen.user)
    everyone = als.fold_in(seen, users, learned.item, learned.factors, settings.als)
    for row in range(0, len(users), 40):
        alone = als.fold_in(seen, users[row : row + 1], learned.item, learned.factors, settings.als)
        assert np.array_equal(alone[0], everyone[row])


def test_memory_grows_with_plays_and_not_with_users_times_items(settings: Config) -> None:
    """Twelve thousand users, ten thousand items, five plays each: a table of both would take a gigabyte."""
    rng = np.random.default_rng(2)
    user = np.repeat(np.arange(12_000), 5)
    item = rng.integers(10_000, size=len(user))
    order = np.lexsort((item, user))
    seen = Interactions(user[order], item[order], np.ones(len(user)))
    tracemalloc.start()
    als.fit(seen, np.arange(10_000), settings.als.model_copy(update={"rounds": 1}), seed=1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 60e6


def test_more_plays_leave_less_open(prepared: Prepared, finished: Finished, settings: Config) -> None:
    seen = prepared.history.interactions(prepared.periods.test)
    learned = finished.model.learned
    users, plays = np.unique(seen.user, return_counts=True)
    by_plays = users[np.argsort(plays)]
    few, many = (
        np.mean([als.spread_of(learned.factors, seen, int(user), learned.item, learned.factors, settings.als).mean()
                 for user in part]) for part in (by_plays[:25], by_plays[-25:])
    )  # fmt: skip
    stranger = als.spread_of(learned.factors, seen, -1, learned.item, learned.factors, settings.als).mean()
    assert many < 0.8 * few
    assert few < stranger
