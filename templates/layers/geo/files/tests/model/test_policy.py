"""Advice is what is worth most, and the arithmetic of cost is the one agreed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from {{ cookiecutter.package }}.config import EconomyConfig
from {{ cookiecutter.package }}.model import Prediction
from {{ cookiecutter.package }}.policy import (
    ACTIONS,
    CORROBORATE,
    DRILL,
    LEAVE,
    decide,
    gain_meur,
    regret_meur,
)

ECONOMY = EconomyConfig(hole_cost_meur=1.0, survey_cost_meur=0.1, margin_eur_per_bbl=5.0)
LEVEL = 0.9
Z = 1.6448536269514722


def predicted(eur_kbbl: float, deviation: float) -> Prediction:
    """One site's prediction with this median and spread in log units."""
    mean = np.array([np.log(eur_kbbl)])
    return Prediction(mean, mean - Z * deviation, mean + Z * deviation, np.array([deviation]))


@pytest.mark.parametrize(
    ("action", "eur", "gain", "regret"),
    [
        (DRILL, 300.0, 0.5, 0.0),
        (DRILL, 100.0, -0.5, 0.5),
        (LEAVE, 300.0, 0.0, 0.5),
        (LEAVE, 100.0, 0.0, 0.0),
        (CORROBORATE, 300.0, 0.4, 0.1),
        (CORROBORATE, 100.0, -0.1, 0.1),
    ],
)
def test_costs_are_those_agreed(action: int, eur: float, gain: float, regret: float) -> None:
    assert gain_meur(np.array([action]), np.array([eur]), ECONOMY)[0] == pytest.approx(gain)
    assert regret_meur(np.array([action]), np.array([eur]), ECONOMY)[0] == pytest.approx(regret)


@pytest.mark.parametrize(
    ("eur", "deviation", "flagged", "advice"),
    [
        (600.0, 0.1, False, "drill"),
        (600.0, 0.1, True, "corroborate"),
        (60.0, 0.1, False, "leave"),
        (60.0, 0.1, True, "leave"),
        (200.0, 0.05, False, "drill"),
        (200.0, 0.8, False, "corroborate"),
    ],
)
def test_advice_weighs_promise_doubt_and_flags(eur: float, deviation: float, flagged: bool, advice: str) -> None:
    action = decide(predicted(eur, deviation), np.array([flagged]), ECONOMY, level=LEVEL)
    assert ACTIONS[action[0]] == advice


def test_a_wider_interval_turns_a_drilled_site_into_one_to_corroborate() -> None:
    sure, unsure = (decide(predicted(230.0, d), np.array([False]), ECONOMY, level=LEVEL)[0] for d in (0.1, 0.9))
    assert (sure, unsure) == (DRILL, CORROBORATE)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(eur=st.floats(20, 900), deviation=st.floats(0.1, 0.9))
def test_no_other_advice_is_worth_more_on_average(eur: float, deviation: float) -> None:
    site = predicted(eur, deviation)
    outcomes = eur * np.exp(deviation * np.random.default_rng(0).standard_normal(40_000))
    chosen = int(decide(site, np.array([False]), ECONOMY, level=LEVEL)[0])
    gains = [
        gain_meur(np.full(len(outcomes), action), outcomes, ECONOMY).mean() for action in (LEAVE, DRILL, CORROBORATE)
    ]
    assert gains[chosen] >= max(gains) - 0.03


@settings(max_examples=50, deadline=None, derandomize=True)
@given(eur=st.floats(5, 5_000), deviation=st.floats(0.02, 2.0))
def test_a_flagged_site_is_never_drilled(eur: float, deviation: float) -> None:
    assert decide(predicted(eur, deviation), np.array([True]), ECONOMY, level=LEVEL)[0] != DRILL
