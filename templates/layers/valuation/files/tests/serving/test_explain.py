"""Explanations are true of the model: comparables are alike and known, drivers are what the model does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import explain
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.explain import Sold
from {{ cookiecutter.package }}.features import GROUPS, positions
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import sold
from {{ cookiecutter.package }}.train import Prepared


@pytest.fixture(scope="module")
def known(prepared: Prepared) -> Sold:
    """All sales that may be shown."""
    return sold(prepared)


def test_comparables_were_known_that_day_and_lie_in_the_town(
    prepared: Prepared, known: Sold, asked: list[int], settings: Config
) -> None:
    for row in asked:
        home = prepared.features.rows(np.array([row]))
        shown = known.like(home, count=settings.serving.comparables)
        assert len(shown) == settings.serving.comparables
        assert (known.registered_on[shown] < home.at[0]).all()
        assert (known.features.town[shown] == home.town[0]).all()
        assert home.subject[0] not in known.features.subject[shown]


def test_comparables_are_more_alike_than_any_sale_left_out(prepared: Prepared, known: Sold, asked: list[int]) -> None:
    home = prepared.features.rows(np.array(asked[:1]))
    steps = [one.steps for one in known.comparables(home, count=len(known.price_eur))]
    assert steps == sorted(steps)
    assert [one.steps for one in known.comparables(home, count=5)] == steps[:5]


def test_comparables_at_the_days_index_tell_the_price(prepared: Prepared, known: Sold, asked: list[int]) -> None:
    """The mean of five like sales at today's index is within a quarter of the price for most homes."""
    near = []
    for row in asked:
        home = prepared.features.rows(np.array([row]))
        mean = np.mean([one.indexed_eur for one in known.comparables(home, count=5)])
        near.append(abs(np.log(mean / prepared.price_eur[row])) < 0.25)
    assert np.mean(near) > 0.7


def test_drivers_are_what_the_model_does(prepared: Prepared, known: Sold, finished: Finished, asked: list[int]) -> None:
    home = prepared.features.rows(np.array(asked[3:4]))
    found = explain.drivers(finished.model, home, known, count=5)
    assert set(found) == set(GROUPS)
    usual = np.median(known.features.values[known.like(home, count=5)], axis=0)
    changed = home.values.copy()
    changed[0, positions("condition")] = usual[positions("condition")]
    gap = finished.model.predict(home.values).expected[0] - finished.model.predict(changed).expected[0]
    assert found["condition"] == pytest.approx(np.exp(gap) - 1, abs=1e-6)


def test_a_home_in_bad_repair_is_told_so(prepared: Prepared, known: Sold, finished: Finished, asked: list[int]) -> None:
    adds = []
    for row in asked[:10]:
        home = prepared.features.rows(np.array([row]))
        values = home.values.copy()
        values[0, positions("condition")] = 1.0
        ruin = replace(home, values=values)
        adds.append(explain.drivers(finished.model, ruin, known, count=5)["condition"])
    assert np.mean(adds) < -0.1
