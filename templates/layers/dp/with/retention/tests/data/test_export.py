"""What leaves: one user moves one count by one, noise hides it, and figures made of noisy counts are still right."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import export
from {{ cookiecutter.package }}.budget import BudgetSpent
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.export import COHORTS, EFFECT, OTHERS, TooSmall
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared, prepare

DRAWS = 100_000
CELLS = [("web", "friend"), ("web", "advert"), ("ios", "friend")]


@pytest.fixture(scope="module")
def weeks(prepared: Prepared, settings: Config) -> range:
    """Every week about which may be asked."""
    return export.complete_weeks(prepared, settings)


def with_export(settings: Config, **changes: float) -> Config:
    """The configuration with another `export`."""
    return settings.model_copy(update={"export": settings.export.model_copy(update=changes)})


def test_without_a_user_one_count_of_each_question_is_one_less(
    tables: Mapping[str, Columns], prepared: Prepared, weeks: range, settings: Config, planned: Plan, agreed: Contract
) -> None:
    cells = export.cohort_names(agreed)
    candidates = np.flatnonzero(prepared.control & (prepared.labels_now == 1) & (prepared.arms["propensity"] < 1))
    user = int(prepared.features.user_id[candidates[len(candidates) // 2]])
    fewer = {name: take(columns, columns["user_id"] != user) for name, columns in tables.items()}
    without = prepare(fewer, settings, planned)
    for count in (
        export.cohort_counts(prepared, weeks, cells) - export.cohort_counts(without, weeks, cells),
        export.arm_counts(prepared, weeks) - export.arm_counts(without, weeks),
    ):
        assert sorted(count.ravel().tolist()) == [0] * (count.size - 1) + [1]


@pytest.mark.parametrize("epsilon", [0.5, 1.0])
def test_one_person_changes_the_odds_of_any_answer_by_no_more_than_agreed(epsilon: float) -> None:
    rng = random.Random(3)
    with_person, without = (Counter(export.noisy([size] * DRAWS, epsilon=epsilon, rng=rng)) for size in (51, 50))
    often = [count for count in with_person if min(with_person[count], without[count]) > DRAWS / 200]
    assert len(often) > 6
    odds = [abs(np.log(with_person[count] / without[count])) for count in often]
    # Of 500 and more hits in each, which is five deviations of the logarithm of their ratio at most.
    assert max(odds) < epsilon + 0.3
    assert np.mean(odds) == pytest.approx(epsilon, abs=0.06), "less noise would do, or there is too little"


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 3.0])
def test_the_noise_is_as_large_as_it_is_said_to_be_and_pulls_to_no_side(epsilon: float) -> None:
    found = np.array(export.noisy([0] * DRAWS, epsilon=epsilon, rng=random.Random(5)))
    said = export.noise_variance(epsilon)
    assert found.var() == pytest.approx(said, rel=0.05)
    assert abs(found.mean()) < 5 * np.sqrt(said / DRAWS)


def test_which_cells_there_are_does_not_depend_on_who_is_in_them(
    prepared: Prepared, weeks: range, agreed: Contract
) -> None:
    cells = export.cohort_names(agreed)
    nobody = replace(prepared, labels_now=np.full_like(prepared.labels_now, UNKNOWN))
    assert export.cohort_counts(nobody, weeks, cells).shape == export.cohort_counts(prepared, weeks, cells).shape
    assert export.arm_counts(nobody, weeks).tolist() == [[0, 0], [0, 0]]
    assert set(cells) >= set(zip(prepared.users["platform"].tolist(), prepared.users["channel"].tolist(), strict=True))


def test_cohorts_that_look_small_are_joined_and_left_out_if_they_still_do() -> None:
    counts = np.array([[[30, 20], [8, 4], [9, 2]], [[-2, 3], [30, -1], [5, 4]]])
    table = export.cohort_table(counts, range(3, 5), CELLS, k=20)
    assert table.rows == [(3, "web/friend", 50, 20), (3, OTHERS, 23, 6), (4, "web/advert", 30, 0)]


def test_the_export_is_right_but_for_the_noise(
    prepared: Prepared, weeks: range, settings: Config, agreed: Contract, tmp_path: Path
) -> None:
    ledger, rng = tmp_path / "releases.jsonl", random.Random(11)
    table = export.export(COHORTS, prepared, agreed, settings, weeks=weeks, ledger=ledger, rng=rng)
    exact = export.cohort_counts(prepared, weeks, export.cohort_names(agreed))
    deviation = np.sqrt(export.noise_variance(settings.export.epsilon) * exact.size)
    users, retained = (sum(int(row[place]) for row in table.rows) for place in (2, 3))
    assert abs(users - exact.sum()) < 5 * deviation
    assert retained / users == pytest.approx(exact[..., 1].sum() / exact.sum(), abs=0.03)
    assert {row[0] for row in table.rows} == set(weeks)
    assert min(int(row[2]) for row in table.rows) >= settings.export.smallest_group


def test_the_effect_is_the_internal_one_but_for_the_noise_and_its_interval_is_wider(
    prepared: Prepared, weeks: range, settings: Config, agreed: Contract, tmp_path: Path
) -> None:
    counts = export.arm_counts(prepared, weeks)
    share = counts[:, 1] / counts.sum(axis=1)
    spread = []
    for epsilon in (1.0, 100.0):
        config = with_export(settings, epsilon=epsilon, budget=101.0)
        ledger = tmp_path / "releases.jsonl"
        made = export.export(EFFECT, prepared, agreed, config, weeks=weeks, ledger=ledger, rng=random.Random(2))
        effect, low, high = (float(str(figure)) for figure in made.rows[0][4:])
        assert low < share[1] - share[0] < high
        assert effect == pytest.approx(share[1] - share[0], abs=0.01)
        spread.append(high - low)
    assert spread[0] > spread[1]


def test_intervals_of_the_effect_hold_the_truth_as_often_as_they_say(settings: Config) -> None:
    config, draws, held = with_export(settings, epsilon=0.2), 1_000, 0
    for seed in range(draws):
        rng, chance = np.random.default_rng(seed), random.Random(seed)
        retained = rng.binomial(150, [0.3, 0.4])
        exact = np.stack([150 - retained, retained], axis=1)
        counts = np.array(export.noisy(exact.ravel().tolist(), epsilon=0.2, rng=chance)).reshape(2, 2)
        *_, low, high = export.effect_table(counts, range(1), config).rows[0]
        held += float(str(low)) <= 0.1 <= float(str(high))
    assert held / draws == pytest.approx(settings.experiment.confidence, abs=0.03)


def test_an_arm_that_looks_small_says_nothing(settings: Config) -> None:
    counts: Array = np.array([[settings.export.smallest_group - 5, 4], [60, 40]])
    with pytest.raises(TooSmall, match="ask about more weeks"):
        export.effect_table(counts, range(2), settings)


def test_an_effect_over_a_change_of_the_arms_shares_is_refused(
    prepared: Prepared, weeks: range, settings: Config, agreed: Contract, tmp_path: Path
) -> None:
    propensity = np.where(prepared.users["registered_at"] > prepared.users["registered_at"].mean(), 0.3, 0.5)
    changed = replace(prepared, arms={**prepared.arms, "propensity": propensity})
    with pytest.raises(ValueError, match="the arms' shares were changed"):
        export.export(EFFECT, changed, agreed, settings, weeks=weeks, ledger=tmp_path / "releases.jsonl")


def test_weeks_that_are_not_over_are_refused(
    prepared: Prepared, weeks: range, settings: Config, agreed: Contract, tmp_path: Path
) -> None:
    assert (prepared.labels_now[prepared.users["registered_at"] // (7 * 86_400) < weeks[-1] + 1] != UNKNOWN).all()
    for asked in (range(weeks[0], weeks[-1] + 2), range(weeks[0], weeks[0])):
        with pytest.raises(ValueError, match="not known yet"):
            export.export(COHORTS, prepared, agreed, settings, weeks=asked, ledger=tmp_path / "releases.jsonl")


def test_cohorts_and_effect_are_paid_for_from_one_budget(
    prepared: Prepared, weeks: range, settings: Config, agreed: Contract, tmp_path: Path
) -> None:
    config, ledger = with_export(settings, epsilon=1.0, budget=1.5), tmp_path / "releases.jsonl"
    export.export(COHORTS, prepared, agreed, config, weeks=weeks[:6], ledger=ledger)
    with pytest.raises(BudgetSpent):
        export.export(EFFECT, prepared, agreed, config, weeks=weeks[4:], ledger=ledger)
    assert export.export(EFFECT, prepared, agreed, config, weeks=weeks[6:], ledger=ledger).rows
