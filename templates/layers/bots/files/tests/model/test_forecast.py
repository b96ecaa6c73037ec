"""The forecast keeps its word on curves whose end is known, knows what it does not know, and the stop rule follows."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import forecast
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.curve import Point
from {{ cookiecutter.package }}.forecast import GO_ON, HARVEST, REACHED, STOP, chance_of_experiments
from {{ cookiecutter.package }}.pipeline import Finished

LABELS = (200, 200, 400, 400, 600, 600, 800)


def test_chances_come_true_as_often_as_they_say() -> None:
    """Over curves with a known end: where 80 % or more was said it mostly came true, below 20 % it mostly did not."""
    rng = np.random.default_rng(5)
    said, came = [], []
    for _ in range(250):
        ceiling, speed = rng.uniform(0.3, 0.95), rng.uniform(0.2, 0.8)
        drop = rng.uniform(0.1, ceiling)
        said.append(forecast.believe(_observed(rng, ceiling, drop, speed)).chance(2_400, 0.5))
        came.append(ceiling - drop * (2_400 / 800) ** -speed >= 0.5)
    chance, reached = np.array(said), np.array(came)
    assert reached[chance >= 0.8].mean() > 0.75
    assert reached[chance <= 0.2].mean() < 0.25
    assert np.mean((chance - reached) ** 2) < 0.6 * reached.mean() * (1 - reached.mean())


def test_fewer_bots_to_count_by_make_a_wider_band() -> None:
    few, many = ([Point(at, round(0.4 * bots), bots) for at in LABELS] for bots in (15, 400))
    narrow, wide = (forecast.believe(points).band(2_400) for points in (many, few))
    assert wide[2] - wide[0] > narrow[2] - narrow[0]


def test_more_labels_never_lower_the_chance() -> None:
    belief = forecast.believe(_observed(np.random.default_rng(1), 0.8, 0.4, 0.4))
    chances = [belief.chance(labels, 0.55) for labels in (800, 1_600, 3_200, 6_400)]
    assert chances == sorted(chances)


@pytest.mark.parametrize(
    ("recall", "slope", "advice"),
    [(0.65, 0.0, REACHED), (0.5, 0.15, GO_ON), (0.3, 0.0, HARVEST), (0.05, 0.0, STOP)],
)
def test_the_advice_follows_the_agreed_rule(settings: Config, recall: float, slope: float, advice: str) -> None:
    points = [Point(at, round(100 * (recall + slope * np.log2(at / 800))), 100) for at in LABELS]
    found = forecast.forecast(points, labels=800, recall=recall, target=settings.target)
    assert found.advice == advice
    assert (found.chance >= settings.target.min_chance) == (advice in (REACHED, GO_ON))


def test_milestones_that_are_worth_something_are_named_before_the_target(settings: Config) -> None:
    milestones = settings.target.milestones
    assert [one.recall for one in milestones] == sorted(one.recall for one in milestones)
    assert milestones[0].recall < settings.target.recall == milestones[-1].recall
    assert [one.worth_eur_per_month for one in milestones] == sorted(one.worth_eur_per_month for one in milestones)


def test_leaving_out_the_failures_makes_the_future_look_better_than_it_is() -> None:
    every = [0.42, 0.0, 0.44, 0.31, 0.0, 0.46, 0.40]
    chosen = [result for result in every if result >= 0.4]
    honest, dressed = (chance_of_experiments(some, target=0.48, more=3) for some in (every, chosen))
    assert dressed != pytest.approx(honest, abs=0.05)
    assert np.mean(chosen) > np.mean(every)
    with pytest.raises(ValueError, match="a forecast needs three"):
        chance_of_experiments(every[:2], target=0.5, more=3)


def test_chances_of_experiments_come_true_as_often_as_they_say() -> None:
    rng = np.random.default_rng(9)
    said, came = [], []
    for _ in range(300):
        centre, spread = rng.uniform(0.2, 0.5), rng.uniform(0.02, 0.1)
        past = rng.normal(centre, spread, size=8).clip(0, 1)
        if past.max() < 0.45:
            said.append(chance_of_experiments(past.tolist(), target=0.45, more=5))
            came.append(bool(rng.normal(centre, spread, size=5).max() >= 0.45))
    assert np.mean(said) == pytest.approx(np.mean(came), abs=0.06)


def test_the_run_carries_its_curve_and_forecast(finished: Finished, settings: Config) -> None:
    labels = [point.labels for point in finished.curve]
    assert labels[-1] == max(labels) == finished.forecast.labels
    assert finished.forecast.recall == finished.assessment.model.recall
    assert len(finished.forecast.milestones) == len(settings.target.milestones)


def _observed(rng: np.random.Generator, ceiling: float, drop: float, speed: float) -> list[Point]:
    recall = [np.clip(ceiling - drop * (at / 800) ** -speed + rng.normal(0, 0.03), 0, 1) for at in LABELS]
    return [Point(at, int(rng.binomial(60, share)), 60) for at, share in zip(LABELS, recall, strict=True)]
