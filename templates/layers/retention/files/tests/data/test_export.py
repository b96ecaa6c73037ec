"""What leaves the project: no group in which a person could be told, and noise that hides any one of them."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import export
from {{ cookiecutter.package }}.columns import length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.export import OTHERS, TooSmall
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared

KEY = bytes(range(32))


def test_no_exported_group_is_small(prepared: Prepared, settings: Config) -> None:
    k = settings.export.smallest_group
    week, cohort = (
        np.repeat([1, 1, 1, 2, 2], [40, 9, 12, 40, 3]),
        np.repeat(["a", "b", "c", "a", "b"], [40, 9, 12, 40, 3]),
    )
    joined, left_out = export.join_small(week, cohort, k=k)
    assert joined[(week == 1) & (cohort != "a")].tolist() == [OTHERS] * 21
    assert left_out.tolist() == [False] * 101 + [True] * 3
    made = export.export(prepared, settings.export, key=KEY)
    assert length(made.rows) > 20
    assert (made.rows["retained"] <= made.rows["users"]).all()


def test_a_small_group_stops_the_export() -> None:
    export.require_k(np.array([20, 30]), k=20)
    with pytest.raises(TooSmall, match="1 groups have fewer than 20"):
        export.require_k(np.array([19, 30]), k=20)


def test_the_export_is_right_but_for_the_noise(prepared: Prepared, settings: Config) -> None:
    made = export.export(prepared, settings.export, key=KEY)
    known = prepared.control & (prepared.labels_now != UNKNOWN)
    deviation = np.sqrt(2 * length(made.rows) * 4 / settings.export.epsilon**2)
    assert abs(made.rows["users"].sum() + made.left_out - known.sum()) < 5 * deviation
    assert abs(made.rows["retained"].sum() / made.rows["users"].sum() - prepared.labels_now[known].mean()) < 0.05


def test_the_same_question_gets_the_same_noise_and_another_key_another(prepared: Prepared, settings: Config) -> None:
    first, again = (export.text(export.export(prepared, settings.export, key=KEY)) for _ in range(2))
    other = export.text(export.export(prepared, settings.export, key=bytes(32)))
    assert first == again
    assert first != other


@pytest.mark.parametrize("epsilon", [0.5, 1.0])
def test_one_person_changes_the_odds_of_any_answer_by_no_more_than_agreed(epsilon: float) -> None:
    rng, count = np.random.default_rng(3), 400_000
    with_person, without = (
        np.bincount(export.noisy(np.full(count, size), epsilon=epsilon, rng=rng), minlength=80)[40:60] / count
        for size in (51, 50)
    )
    often = (with_person > 0.004) & (without > 0.004)
    assert often.sum() > 6
    odds = np.abs(np.log(with_person[often] / without[often]))
    assert odds.max() < epsilon + 0.1
    assert odds.max() > epsilon - 0.1, "less noise would do, or none is added"
