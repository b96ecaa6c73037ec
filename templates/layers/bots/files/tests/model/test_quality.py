"""The detector is good, by how much is within what many seeds gave, and detectors that must fail do fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import evaluate
from {{ cookiecutter.package }}.assess import judge, observed
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics
from {{ cookiecutter.package }}.limits import choose
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, train

Bounds = dict[str, tuple[float, float]]


def test_quality_is_within_what_many_seeds_gave(finished: Finished, settings: Config, bounds: Bounds) -> None:
    found = finished.assessment.model_truth
    assert found is not None
    for name in ("auc", "average_precision", "recall"):
        low, high = bounds[name]
        assert low <= found.plain()[name] <= high, name
    assert found.false_per_10000_low <= settings.quality.max_false_accusations_per_10000
    assert finished.assessment.calibration_error <= bounds["calibration_error"][1]


def test_the_model_beats_the_baseline_by_a_margin(finished: Finished, bounds: Bounds) -> None:
    model, baseline = finished.assessment.model_truth, finished.assessment.baseline_truth
    assert model is not None
    assert baseline is not None
    assert model.auc - baseline.auc >= max(bounds["auc_over_baseline"][0], 0.02)


def test_the_bar_is_reached(finished: Finished) -> None:
    assert finished.assessment.shortfalls == []


def test_a_model_of_shuffled_labels_fails_the_bar(
    prepared: Prepared, finished: Finished, settings: Config, bounds: Bounds
) -> None:
    part = prepared.train
    rows = np.flatnonzero(part.labels.known)
    bot = part.labels.bot.copy()
    bot[rows] = np.random.default_rng(settings.seed).permutation(bot[rows])
    model = train(replace(prepared, train=replace(part, labels=replace(part.labels, bot=bot))), settings, version="x")
    score = model.ensemble.score(prepared.test.windows)
    found = observed(judge(score, model.limits, prepared, settings), prepared.test.labels)
    assert evaluate.shortfalls(found, finished.assessment.baseline, settings.quality)
    assert found.auc < bounds["auc"][0]


@pytest.mark.parametrize("by", ["constant", "number of actions", "speed"])
def test_a_trivial_model_fails_the_bar(prepared: Prepared, finished: Finished, settings: Config, by: str) -> None:
    windows = prepared.test.windows
    scores = {
        "constant": np.zeros(len(windows)),
        "number of actions": windows.mask.sum(axis=1).astype(np.float64),
        "speed": -windows.numbers[:, :18, 0].mean(axis=1).astype(np.float64),
    }
    found = _judged(scores[by], prepared, settings)
    assert evaluate.shortfalls(found, finished.assessment.baseline, settings.quality)


def test_what_a_company_can_observe_agrees_with_the_truth(finished: Finished) -> None:
    seen, true = finished.assessment.model, finished.assessment.model_truth
    assert true is not None
    assert seen.recall_low - 0.1 <= true.recall <= seen.recall_high + 0.1
    assert true.false_per_10000 <= seen.false_per_10000_high


def test_the_order_of_times_is_what_the_baseline_lacks(prepared: Prepared, finished: Finished) -> None:
    """With the times of each account in another order, averages stay and the networks lose what they have ahead."""
    windows = prepared.test.windows
    numbers, rng = windows.numbers.copy(), np.random.default_rng(3)
    for row, count in enumerate(windows.mask.sum(axis=1).astype(int)):
        log_ms = rng.permutation(numbers[row, :count, 0])
        numbers[row, :count, 0], numbers[row, :count, 1] = log_ms, np.diff(log_ms, prepend=log_ms[0])
    bot, nobody = prepared.bots(windows.account), np.zeros(len(windows), dtype=bool)
    assert bot is not None
    score = finished.model.ensemble.score(replace(windows, numbers=numbers))
    truth = finished.assessment.model_truth
    assert truth is not None
    assert evaluate.evaluate(score, nobody, bot).auc < truth.auc - 0.05


def test_no_bots_or_no_people_is_no_evaluation() -> None:
    for bot in (np.zeros(4, dtype=int), np.ones(4, dtype=int)):
        with pytest.raises(ValueError, match="bots and people are needed"):
            evaluate.evaluate(np.arange(4.0), np.zeros(4, dtype=bool), bot)


def _judged(score: Array, prepared: Prepared, settings: Config) -> Metrics:
    """A score of the test period, with a limit from the people met in it."""
    certain = score[prepared.test.labels.certain]
    limits = choose(certain + np.random.default_rng(1).normal(0, 1e-9, size=len(certain)), settings.limit)
    return observed(judge(score, limits, prepared, settings), prepared.test.labels)
