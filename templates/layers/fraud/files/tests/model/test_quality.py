"""The model is good, by how much is within what many seeds gave, and models that must fail do fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import assess, evaluate
from {{ cookiecutter.package }}.assess import compare, judge
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.policy import APPROVE
from {{ cookiecutter.package }}.train import Prepared, train

Bounds = dict[str, tuple[float, float]]


def test_quality_is_within_what_many_seeds_gave(finished: Finished, bounds: Bounds) -> None:
    found = finished.assessment.model_truth
    assert found is not None
    for name in ("pr_auc", "blocked_good_per_1000", "caught_euro_share", "calibration_error"):
        low, high = bounds[name]
        assert low <= found.plain()[name] <= high, name


def test_the_model_beats_the_rules_it_replaces_by_a_margin(finished: Finished, bounds: Bounds) -> None:
    model, rules = finished.assessment.model_truth, finished.assessment.rules_truth
    assert model is not None
    assert rules is not None
    assert model.pr_auc - rules.pr_auc >= bounds["pr_auc_over_rules"][0] > 0
    assert 1 - model.cost_eur_per_1000 / rules.cost_eur_per_1000 >= bounds["cost_saving_share"][0]
    assert model.blocked_good_per_1000 < rules.blocked_good_per_1000


def test_the_bar_is_reached(finished: Finished) -> None:
    assert finished.assessment.shortfalls == []


def test_a_model_of_shuffled_labels_fails_the_bar(prepared: Prepared, settings: Config, bounds: Bounds) -> None:
    labels = prepared.labels_then
    rows = np.flatnonzero(labels.known)
    fraud = labels.fraud.copy()
    fraud[rows] = np.random.default_rng(settings.seed).permutation(fraud[rows])
    shuffled = replace(prepared, labels_then=replace(labels, fraud=fraud))
    model = train(shuffled, settings, version="shuffled")
    of_model, of_rules = compare(judge(model, prepared), settings)
    assert evaluate.shortfalls(of_model, of_rules, settings.quality)
    assert of_model.pr_auc < bounds["pr_auc"][0]


@pytest.mark.parametrize("by", ["constant", "amount_eur"])
def test_a_trivial_model_fails_the_bar(prepared: Prepared, finished: Finished, settings: Config, by: str) -> None:
    judged = judge(finished.model, prepared)
    ones = np.ones(len(judged.rows))
    score = ones / 100 if by == "constant" else prepared.features.column(by)[judged.rows] / 2_000
    trivial = evaluate.evaluate(score, np.full(len(ones), APPROVE), judged.outcomes, settings.cost)
    _, rules = compare(judged, settings)
    assert evaluate.shortfalls(trivial, rules, settings.quality)


def test_what_a_company_can_observe_agrees_with_the_truth(finished: Finished, bounds: Bounds) -> None:
    observed, true = finished.assessment.model, finished.assessment.model_truth
    assert true is not None
    low, high = bounds["observed_minus_true_pr_auc"]
    assert low <= observed.pr_auc - true.pr_auc <= high


def test_no_country_pays_for_the_others(finished: Finished, settings: Config) -> None:
    for country, found in finished.assessment.slices["country"].items():
        assert found["blocked_good_per_1000"] <= 5 * settings.quality.max_blocked_good_per_1000, country


def test_every_feature_can_be_done_without_only_at_a_price(
    prepared: Prepared, finished: Finished, settings: Config
) -> None:
    """The model leans on what was planted: without the account's and device's age it ranks worse."""
    judged = judge(finished.model, prepared, fraud=prepared.tables["truth"]["fraud"])
    whole = evaluate.evaluate(judged.score, judged.actions, judged.outcomes, settings.cost).pr_auc
    rng = np.random.default_rng(settings.seed)
    for name in ("device_age_days", "device_cards_30d"):
        values = prepared.features.rows(judged.rows).values.copy()
        column = prepared.features.rows(judged.rows).column(name)
        values[:, list(assess.monitor.NAMES).index(name)] = rng.permutation(column)
        score = finished.model.classifier.probability(values)
        without = evaluate.evaluate(score, judged.actions, judged.outcomes, settings.cost).pr_auc
        assert without < whole, name
