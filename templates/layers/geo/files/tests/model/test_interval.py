"""Intervals hold what they promise, also where data is poor; one blind to data quality does not, and is caught."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config, IntervalConfig
from {{ cookiecutter.package }}.evaluate import covered
from {{ cookiecutter.package }}.interval import calibrate, conformal_quantile
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables

Bounds = dict[str, tuple[float, float]]
CONFIG = IntervalConfig(level=0.9, poor_quality=0.45, min_wells_per_class=20)


def quality_by_the_map(tables: Tables) -> Array:
    """Data quality of every cell, from the map itself and not from what the model was given."""
    return np.asarray(tables.maps.layers["quality"].ravel())


def test_intervals_hold_everywhere_together(finished: Finished, bounds: Bounds) -> None:
    low, high = bounds["coverage"]
    assert low <= finished.assessment.truth["model"].coverage <= high


def test_intervals_hold_where_data_is_poor(
    finished: Finished, tables: Tables, settings: Config, bounds: Bounds
) -> None:
    surface = finished.surface
    assert surface.log_eur is not None
    held = covered(surface.predicted, surface.log_eur)
    poor = quality_by_the_map(tables) < settings.interval.poor_quality
    assert held[poor].mean() >= bounds["coverage_poor"][0]
    assert held[~poor].mean() >= bounds["coverage_good"][0]


def test_one_width_for_all_would_fail_where_data_is_poor(finished: Finished, bounds: Bounds) -> None:
    blind = finished.assessment.truth["blind"]
    assert blind.coverage_poor < bounds["coverage_poor"][0]
    assert blind.coverage >= bounds["coverage"][0], "the average does not show it"


def test_intervals_are_wider_where_data_is_poor(
    finished: Finished, tables: Tables, settings: Config, bounds: Bounds
) -> None:
    surface = finished.surface
    width = surface.predicted.high - surface.predicted.low
    poor = quality_by_the_map(tables) < settings.interval.poor_quality
    ratio = np.median(width[poor]) / np.median(width[~poor])
    assert ratio >= max(bounds["log_width_poor_to_good"][0], 1.1)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=80), st.floats(0.55, 0.95))
def test_a_quantile_leaves_the_promised_share_below_it(scores: list[float], level: float) -> None:
    found = conformal_quantile(np.array(scores), level)
    if np.isfinite(found):
        assert (np.array(scores) <= found).sum() >= (len(scores) + 1) * level - 1e-9
    else:
        assert np.ceil((len(scores) + 1) * level) > len(scores)


def test_new_scores_stay_below_the_quantile_as_often_as_promised() -> None:
    rng = np.random.default_rng(4)
    kept = [float(rng.exponential()) <= conformal_quantile(rng.exponential(size=30), 0.9) for _ in range(4_000)]
    assert np.mean(kept) == pytest.approx(28 / 31, abs=0.02)


def test_a_class_with_few_wells_takes_the_larger_factor() -> None:
    rng = np.random.default_rng(2)
    error, quality = rng.normal(size=100), np.r_[np.full(90, 0.9), np.full(10, 0.1)]
    error[quality < 0.45] *= 0.01
    factors = calibrate(error, np.ones(100), quality, CONFIG)
    assert factors.poor >= factors.good > 1


def test_each_class_gets_the_factor_its_own_errors_need() -> None:
    rng = np.random.default_rng(2)
    error, quality = rng.normal(size=400), np.tile([0.9, 0.1], 200)
    error[quality < 0.45] *= 3
    factors = calibrate(error, np.ones(400), quality, CONFIG)
    assert factors.poor > 2 * factors.good
    assert factors.at(np.array([0.44, 0.45])).tolist() == [factors.poor, factors.good]
