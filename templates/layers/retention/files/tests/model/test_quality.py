"""The model is good, by how much is within what many seeds gave, and models that must fail do fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import assess, evaluate
from {{ cookiecutter.package }}.assess import compare, judge
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared, train

Bounds = dict[str, tuple[float, float]]


def test_quality_is_within_what_many_seeds_gave(finished: Finished, bounds: Bounds) -> None:
    for name in ("auc", "skill", "calibration_error", "log_loss"):
        low, high = bounds[name]
        assert low <= finished.assessment.model.plain()[name] <= high, name


def test_the_model_beats_the_cohort_rate_by_a_margin(finished: Finished, bounds: Bounds) -> None:
    model, simple = finished.assessment.model, finished.assessment.baseline
    assert simple.skill == 0
    assert simple.auc > 0.55, "the cohort rate is no straw man"
    assert model.auc - simple.auc >= bounds["auc_over_cohort_rate"][0] > 0
    assert model.log_loss < simple.log_loss


def test_the_bar_is_reached(finished: Finished) -> None:
    assert finished.assessment.shortfalls == []


def test_a_model_of_shuffled_labels_fails_the_bar(prepared: Prepared, settings: Config, bounds: Bounds) -> None:
    known = np.flatnonzero(prepared.labels_then != UNKNOWN)
    labels = prepared.labels_then.copy()
    labels[known] = np.random.default_rng(settings.seed).permutation(labels[known])
    found, _ = compare(judge(train(replace(prepared, labels_then=labels), settings, version="shuffled"), prepared))
    assert evaluate.shortfalls(found, 1.0, settings.quality)
    assert found.auc < bounds["auc"][0]
    assert found.skill < bounds["skill"][0]


@pytest.mark.parametrize("by", ["constant", "from_advert"])
def test_a_trivial_model_fails_the_bar(prepared: Prepared, finished: Finished, settings: Config, by: str) -> None:
    judged = judge(finished.model, prepared)
    share = np.full(len(judged.rows), judged.retained.mean())
    score = share if by == "constant" else share * (1.2 - 0.4 * prepared.features.column(by)[judged.rows])
    trivial = evaluate.evaluate(score, judged.retained, judged.cohort_rate)
    assert evaluate.shortfalls(trivial, 1.0, settings.quality)


def test_no_channel_or_platform_is_told_something_wrong(finished: Finished) -> None:
    for group, values in finished.assessment.slices.items():
        for value, found in values.items():
            error = 4 * (0.25 / found["users"]) ** 0.5
            assert abs(found["predicted_share"] - found["retained_share"]) < error + 0.05, f"{group} {value}"


def test_what_was_planted_can_be_done_without_only_at_a_price(prepared: Prepared, finished: Finished) -> None:
    judged = judge(finished.model, prepared)
    rng = np.random.default_rng(1)
    for names in (("hours_since_last",), ("sessions", "active_days", "sessions_last_3d", "minutes", "lessons")):
        values, places = prepared.features.values[judged.rows].copy(), [FEATURES.index(name) for name in names]
        values[:, places] = rng.permutation(values[:, places])
        score = finished.model.classifier.probability(values)
        without = evaluate.evaluate(score, judged.retained, judged.cohort_rate)
        assert without.brier > 1.02 * finished.assessment.model.brier, names


def test_an_interval_of_a_like_score_holds_what_happens(prepared: Prepared, finished: Finished) -> None:
    """Of all users about whom the test period can tell, about as many come back as their intervals say."""
    judged = assess.judge(finished.model, prepared)
    predicted, observed, size = evaluate.reliability(judged.score, judged.retained, groups=5)
    assert (np.abs(predicted - observed) < 4 * np.sqrt(0.25 / size) + 0.03).all()
