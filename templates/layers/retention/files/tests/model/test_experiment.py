"""The effect of the arms: right on average, its interval honest, narrower with the score; refused when unreadable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import experiment
from {{ cookiecutter.package }}.assess import try_out
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.experiment import Arms, UnusableExperiment
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared

Bounds = dict[str, tuple[float, float]]
DRAWS = 400


def test_the_true_effect_lies_where_the_estimate_says(finished: Finished, bounds: Bounds) -> None:
    trial = finished.assessment.trial
    assert trial.true is not None
    low, high = bounds["adjusted_z"]
    assert low <= (trial.adjusted.estimate - trial.true) / trial.adjusted.error <= high


def test_the_score_makes_the_interval_narrower(finished: Finished, bounds: Bounds) -> None:
    trial = finished.assessment.trial
    assert trial.interval_saving >= bounds["interval_saving"][0] > 0
    assert trial.users_needed_adjusted < trial.users_needed_plain


def test_intervals_hold_the_truth_as_often_as_they_say(settings: Config) -> None:
    level = settings.experiment.confidence
    held = {"plain": 0, "adjusted": 0}
    for seed in range(DRAWS):
        found = simulate(np.random.default_rng(seed), effect=0.05)
        for name, estimate in (("plain", experiment.difference), ("adjusted", experiment.adjusted)):
            one = estimate(found, confidence=level)
            held[name] += one.low <= 0.05 <= one.high
    for name, count in held.items():
        assert count / DRAWS == pytest.approx(level, abs=4 * (level * (1 - level) / DRAWS) ** 0.5), name


def test_a_score_that_knows_nothing_does_no_harm() -> None:
    rng = np.random.default_rng(5)
    found = replace(simulate(rng, effect=0.05), score=rng.random(1_200))
    plain, better = (one(found, confidence=0.95) for one in (experiment.difference, experiment.adjusted))
    assert better.estimate == pytest.approx(plain.estimate, abs=0.2 * plain.error)
    assert better.error == pytest.approx(plain.error, rel=0.02)


def test_a_score_that_knows_what_came_after_the_arm_is_refused(
    prepared: Prepared, finished: Finished, settings: Config
) -> None:
    later = replace(prepared.features, moment=prepared.features.moment + 1)
    with pytest.raises(UnusableExperiment, match="happened after the arm was drawn"):
        try_out(finished.model, replace(prepared, features=later), settings)


def test_the_committed_windows_end_when_the_arm_is_drawn(
    prepared: Prepared, tables: dict[str, Columns], settings: Config
) -> None:
    waits = tables["arms"]["assigned_at"] - tables["users"]["registered_at"]
    assert settings.windows.feature_days * 86_400 <= waits.min()
    assert (prepared.features.moment <= prepared.arms["assigned_at"]).all()


def test_users_lost_from_one_arm_are_noticed(prepared: Prepared, finished: Finished, settings: Config) -> None:
    lost = (prepared.arms["arm"] == "reminder") & (np.arange(len(prepared.arms["arm"])) % 4 == 0)
    labels = np.where(lost, -1, prepared.labels_now)
    with pytest.raises(UnusableExperiment, match="users of one arm are missing"):
        try_out(finished.model, replace(prepared, labels_now=labels), settings)


def test_the_number_of_users_needed_gives_the_power_that_was_asked(settings: Config) -> None:
    effect, level = 0.06, settings.experiment.confidence
    pilot = experiment.difference(simulate(np.random.default_rng(1), effect=effect, users=20_000), confidence=level)
    needed = experiment.users_needed(pilot.error, 20_000, effect=effect, config=settings.experiment)
    draws = [simulate(np.random.default_rng(seed), effect=effect, users=needed) for seed in range(300)]
    shown = np.mean([experiment.difference(one, confidence=level).low > 0 for one in draws])
    assert shown == pytest.approx(settings.experiment.power, abs=0.08)


def test_a_sample_ratio_that_was_drawn_raises_no_suspicion() -> None:
    rng = np.random.default_rng(2)
    found = np.array([experiment.sample_ratio(rng.random(900) < 0.3, np.full(900, 0.3)) for _ in range(400)])
    assert (found < 0.05).mean() == pytest.approx(0.05, abs=0.04)
    assert experiment.sample_ratio(np.ones(900), np.full(900, 0.3)) < 1e-12


def simulate(rng: np.random.Generator, *, effect: float, users: int = 1_200) -> Arms:
    """An experiment with a known effect, and a score that tells a good deal of each user."""
    score = 0.1 + 0.8 * rng.random(users)
    uplift = np.clip(effect + 0.1 * (score - 0.5), None, 1 - score)
    reminded: Array = (rng.random(users) < 0.5).astype(np.int64)
    chance = score + reminded * (uplift - uplift.mean() + effect)
    return Arms(reminded, np.full(users, 0.5), (rng.random(users) < chance).astype(np.int64), score)
