"""Thresholds are where the cost is least, and the arithmetic of cost is the one agreed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from {{ cookiecutter.package }}.config import CapacityConfig, CostConfig
from {{ cookiecutter.package }}.policy import APPROVE, BLOCK, REVIEW, choose, cost_curve, costs, decide

COST = CostConfig(
    chargeback_fee_eur=20.0, goodwill_per_blocked_eur=12.0, margin_share=0.1, review_eur=3.0, analyst_catches_share=0.9
)
CAPACITY = CapacityConfig(reviews_per_1000_payments=100.0, blocked_good_per_1000=1_000.0)


@pytest.mark.parametrize(
    ("action", "fraud", "euro"),
    [(APPROVE, 1, 120.0), (APPROVE, 0, 0.0), (BLOCK, 0, 22.0), (BLOCK, 1, 0.0), (REVIEW, 1, 15.0), (REVIEW, 0, 3.0)],
)
def test_costs_are_those_agreed(action: int, fraud: int, euro: float) -> None:
    found = costs(np.array([action]), np.array([fraud]), np.array([100.0]), COST)
    assert found[0] == pytest.approx(euro)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 20).map(lambda n: n / 20), st.integers(0, 1), st.floats(1, 500)),
        min_size=1,
        max_size=40,
    )
)
def test_no_other_threshold_is_cheaper(rows: list[tuple[float, int, float]]) -> None:
    probability, fraud, amount = (np.array(column) for column in zip(*rows, strict=True))
    weight = np.ones(len(rows))
    chosen = choose(probability, fraud, amount, weight, cost=COST, capacity=CAPACITY)
    paid = [
        costs(np.where(probability >= at, BLOCK, APPROVE), fraud, amount, COST).sum()
        for at in (chosen.block, *np.unique(probability), np.inf)
    ]
    assert paid[0] == pytest.approx(min(paid))
    _, curve = cost_curve(probability, fraud, amount, weight, COST)
    assert curve.min() * len(rows) / 1_000 == pytest.approx(min(paid))


def test_no_more_good_payments_are_blocked_than_agreed() -> None:
    rng = np.random.default_rng(3)
    probability = rng.random(5_000)
    fraud = (rng.random(5_000) < probability).astype(int)
    few = CapacityConfig(reviews_per_1000_payments=1.0, blocked_good_per_1000=20.0)
    for capacity, most in ((few, 20), (CAPACITY, 1_000)):
        chosen = choose(probability, fraud, np.full(5_000, 50.0), np.ones(5_000), cost=COST, capacity=capacity)
        refused = 1_000 * (probability[fraud == 0] >= chosen.block).mean()
        assert most * 0.5 * (most == 20) < refused <= most


def test_reviews_stay_within_the_analysts_capacity() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random(2_000) ** 6
    fraud = (rng.random(2_000) < probability).astype(int)
    chosen = choose(probability, fraud, np.full(2_000, 50.0), np.ones(2_000), cost=COST, capacity=CAPACITY)
    actions = decide(probability, chosen)
    assert chosen.review <= chosen.block
    assert 150 < (actions == REVIEW).sum() <= 200
