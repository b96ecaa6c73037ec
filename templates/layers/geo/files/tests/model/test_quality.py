"""The model is good, by how much is within what many seeds gave, and models that must fail do fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import assess, monitor
from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import evaluate, shortfalls
from {{ cookiecutter.package }}.model import Prediction
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.policy import DRILL, LEAVE
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.train import Prepared, train

Bounds = dict[str, tuple[float, float]]


def test_quality_is_within_what_many_seeds_gave(finished: Finished, bounds: Bounds) -> None:
    found = finished.assessment.truth["model"].plain()
    for name in ("median_error", "coverage", "coverage_good"):
        low, high = bounds[name]
        assert low <= found[name] <= high, name


def test_the_model_beats_kriging_by_a_margin(finished: Finished, bounds: Bounds) -> None:
    model, kriging = finished.assessment.truth["model"], finished.assessment.truth["kriging"]
    assert 1 - model.median_error / kriging.median_error >= max(bounds["error_saving_over_kriging"][0], 0.05)
    assert 1 - model.regret_meur / kriging.regret_meur >= max(bounds["regret_saving_over_kriging"][0], 0.05)


def test_the_bar_is_reached(finished: Finished) -> None:
    assert finished.assessment.shortfalls == []


def test_held_out_blocks_judge_as_the_truth_does(finished: Finished, bounds: Bounds) -> None:
    judged, true = finished.assessment.held_out["model"], finished.assessment.truth["model"]
    low, high = bounds["held_out_to_true_error"]
    assert low <= judged.median_error / true.median_error <= high


def test_folds_that_ignore_the_ground_flatter(finished: Finished, bounds: Bounds) -> None:
    low, high = bounds["optimism"]
    assert max(low, 1.02) <= finished.assessment.optimism <= high


def judged(prepared: Prepared, tables: Tables, settings: Config) -> Assessment:
    """A model of these wells, assessed."""
    model, held_out = train(prepared, settings, version="control")
    normal = monitor.describe(prepared.sites, settings)
    return assess.assess(model, held_out, prepared, tables, normal, settings)[0]


@pytest.mark.filterwarnings("ignore:The optimal value found")  # kriging finds no variogram where there is none
def test_a_model_of_shuffled_recovery_fails_the_bar(
    prepared: Prepared, tables: Tables, settings: Config, bounds: Bounds
) -> None:
    mixed = np.random.default_rng(settings.seed).permutation(prepared.log_eur)
    found = judged(replace(prepared, log_eur=mixed), tables, settings)
    assert any("median error" in reason for reason in found.shortfalls)
    assert found.held_out["model"].median_error > bounds["median_error"][1]


@pytest.mark.parametrize("trivial", ["the average well", "one map alone"])
def test_a_trivial_model_fails_the_bar(prepared: Prepared, finished: Finished, settings: Config, trivial: str) -> None:
    level = prepared.log_eur.mean()
    thick = np.log(prepared.sites.column("thickness_m"))
    mean = np.full(len(thick), level) if trivial == "the average well" else level + thick - thick.mean()
    half = np.quantile(np.abs(prepared.log_eur - mean), settings.interval.level) * np.ones(len(mean))
    actions = np.where(np.exp(mean) > 300, DRILL, LEAVE)
    predicted = Prediction(mean, mean - half, mean + half, half)
    found = evaluate(predicted, prepared.log_eur, prepared.sites.quality, actions, settings)
    assert shortfalls(found, finished.assessment.held_out["kriging"], settings)


def test_figures_without_places_of_poor_data_are_refused(prepared: Prepared, settings: Config) -> None:
    some = np.zeros(len(prepared.log_eur))
    with pytest.raises(ValueError, match="both needed"):
        evaluate(Prediction(some, some, some, some), prepared.log_eur, np.ones(len(some)), some, settings)
