"""Values are good, by how much is within what many seeds gave, and models that must fail do fail."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import assess, evaluate
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Values
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared, train

Bounds = dict[str, tuple[float, float]]


def test_quality_is_within_what_many_seeds_gave(finished: Finished, bounds: Bounds) -> None:
    newest = finished.assessment.newest
    for name in ("mdape", "within_10", "bias"):
        low, high = bounds[name]
        assert low <= newest.model.plain()[name] <= high, name


def test_the_model_beats_the_legacy_formula_by_a_margin(finished: Finished, bounds: Bounds, settings: Config) -> None:
    for found in finished.assessment.trials:
        assert 1 - found.model.mdape / found.legacy.mdape >= bounds["gain_over_legacy"][0] > 0
    assert bounds["gain_over_legacy"][0] >= settings.quality.min_gain_over_legacy / 2


def test_the_model_is_about_as_good_as_trees(finished: Finished, bounds: Bounds) -> None:
    newest = finished.assessment.newest
    low, high = bounds["mdape_over_trees"]
    assert low <= newest.model.mdape - newest.trees.mdape <= high


def test_the_bar_is_reached(finished: Finished) -> None:
    assert finished.assessment.shortfalls == []


def test_values_are_nearer_to_the_truth_than_prices_are_to_values(finished: Finished) -> None:
    truth = finished.assessment.truth
    assert truth is not None
    assert truth.mdape < finished.assessment.newest.model.mdape


def test_a_model_of_shuffled_prices_fails_the_bar(
    prepared: Prepared, newest: Origin, settings: Config, bounds: Bounds
) -> None:
    price = prepared.price_eur.copy()
    known = np.r_[newest.train, newest.calibration]
    price[known] = np.random.default_rng(settings.seed).permutation(price[known])
    model = train(replace(prepared, price_eur=price), newest, settings, version="shuffled").model
    found = assess.trial(model, prepared, newest, settings)
    assert evaluate.shortfalls(found.model, found.legacy, found.coverage, settings.quality)
    assert found.model.mdape > bounds["mdape"][1]


@pytest.mark.parametrize("by", ["one value for all", "area times index"])
def test_a_trivial_model_fails_the_bar(
    prepared: Prepared, newest: Origin, finished: Finished, settings: Config, by: str
) -> None:
    price, base = prepared.price_eur[newest.test], prepared.features.base_eur[newest.test]
    value = np.full(len(price), np.median(prepared.price_eur[newest.train])) if by == "one value for all" else base
    legacy, few = finished.assessment.newest.legacy, prepared.features.near_sales[newest.test] < 3
    held = evaluate.coverage(Values(value, value * 0.8, value * 1.25), price, few)
    assert evaluate.shortfalls(evaluate.errors(value, price), legacy, held, settings.quality)


def test_no_town_pays_for_the_others(finished: Finished, settings: Config) -> None:
    assert len(finished.assessment.by_town) == 3
    for town, found in finished.assessment.by_town.items():
        assert found.mdape <= 1.3 * settings.quality.max_mdape, town


def test_what_matters_to_the_model_is_what_was_planted(finished: Finished) -> None:
    cost = finished.assessment.sensitivity
    assert all(cost[group] > 0.005 for group in ("neighbours", "condition", "age"))
    assert cost["condition"] > cost["lake"]


def test_the_tolerances_come_from_enough_seeds(project: Path) -> None:
    found = json.loads((project / "tests" / "tolerances.json").read_text(encoding="utf-8"))
    assert found["seeds"] >= 30
    assert found["figures"]["below_the_bar"]["most"] == 0.0
