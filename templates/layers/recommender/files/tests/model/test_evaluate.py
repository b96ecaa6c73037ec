"""The measures measure what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from {{ cookiecutter.package }} import blend, evaluate
from {{ cookiecutter.package }}.config import BlendConfig


def test_ndcg_is_one_for_the_best_order_and_less_for_others() -> None:
    gain = np.array([0.0, 3.0, 1.0, 2.0])
    assert evaluate.ndcg(np.array([1, 3, 2, 0]), gain) == pytest.approx(1)
    assert evaluate.ndcg(np.array([0, 1, 2, 3]), gain) == pytest.approx(0.6875, abs=0.01)
    assert np.isnan(evaluate.ndcg(np.arange(4), np.zeros(4)))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=40), st.integers(0, 10_000))
def test_ndcg_lies_between_zero_and_one(gains: list[float], seed: int) -> None:
    gain = np.array(gains)
    found = evaluate.ndcg(np.random.default_rng(seed).permutation(len(gain)), gain)
    assert np.isnan(found) if gain.sum() == 0 else 0 <= found <= 1 + 1e-9


def test_the_gain_of_a_choice_falls_with_its_place() -> None:
    order = np.array([4, 2, 0, 1, 3])
    gain = evaluate.gain_at(order, np.array([True, False, True, False, True]))
    assert gain.tolist() == pytest.approx([1 / np.log2(4), 1 / np.log2(3), 1.0])


def test_exposure_and_coverage_of_a_list_that_never_changes() -> None:
    shown = np.tile(np.arange(10), 50)
    assert evaluate.coverage(shown, 200) == 0.05
    assert evaluate.top_decile_exposure(shown, 200) == 1.0
    assert evaluate.top_decile_exposure(np.arange(200), 200) == pytest.approx(0.1)


def test_equal_scores_favour_neither_old_nor_new() -> None:
    items = np.arange(1_000)
    place = np.argsort(blend.order(np.zeros(1_000), items))
    assert abs(np.corrcoef(place, items)[0, 1]) < 0.1
    assert np.array_equal(np.sort(place), items)


def test_the_blend_finds_weights_that_made_the_choices() -> None:
    config = BlendConfig(prior_plays=10.0, recent_days=3, fresh_days=6.0, penalty=0.01)
    rng = np.random.default_rng(4)
    true = np.array([2.0, -1.0, 0.0])
    gaps = rng.normal(size=(20_000, 3))
    gaps[rng.random(20_000) > 1 / (1 + np.exp(-gaps @ true))] *= -1
    assert blend.fit(gaps, config) == pytest.approx(true, abs=0.12)
    assert blend.fit(np.zeros((50, 3)), config) == pytest.approx(np.zeros(3))
