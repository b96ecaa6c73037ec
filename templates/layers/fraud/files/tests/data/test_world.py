"""The world is what it says: its frauds, its delays, its exploration; and the same seed makes the same world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import world
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.population import DAY, Size

TINY = Size(customers=400)


def test_about_six_payments_in_a_thousand_are_fraud(tables: dict[str, Columns]) -> None:
    assert tables["truth"]["fraud"].mean() == pytest.approx(0.006, abs=0.001)


def test_chargebacks_arrive_20_to_90_days_late_and_only_for_approved_payments(tables: dict[str, Columns]) -> None:
    disputed = np.searchsorted(tables["payments"]["payment"], tables["chargebacks"]["payment"])
    delay = (tables["chargebacks"]["reported_at"] - tables["payments"]["paid_at"][disputed]) / DAY
    assert delay.min() >= 20
    assert delay.max() <= 90
    assert (tables["decisions"]["approved"][disputed] == 1).all()


def test_explored_payments_were_let_through_with_the_logged_propensity(
    tables: dict[str, Columns], settings: Config
) -> None:
    decisions, share = tables["decisions"], settings.exploration.share_of_blocked
    explored = decisions["explored"] == 1
    assert (decisions["approved"][explored] == 1).all()
    assert set(np.unique(decisions["propensity"])) == {share, 1.0}
    would_block = decisions["propensity"] < 1
    assert explored[would_block].mean() == pytest.approx(share, abs=4 * (share / would_block.sum()) ** 0.5)


def test_tactics_drift_and_stay_when_told_to() -> None:
    size = replace(TINY, customers=4_000)
    drifting = world.make(size, seed=1, exploration=0.1)
    steady = world.make(size, seed=1, exploration=0.1, drift=False)
    assert _ring_share(drifting, late=True) > _ring_share(drifting, late=False) + 0.15
    assert abs(_ring_share(steady, late=True) - _ring_share(steady, late=False)) < 0.2


def test_equal_seeds_make_equal_worlds_and_others_do_not() -> None:
    first, same = (world.make(TINY, seed=3, exploration=0.1).tables() for _ in range(2))
    other = world.make(TINY, seed=4, exploration=0.1).tables()
    for name, columns in first.items():
        for column, values in columns.items():
            assert np.array_equal(values, same[name][column])
    assert len(first["payments"]["amount"]) != len(other["payments"]["amount"])


def test_shards_of_a_large_world_share_no_ids() -> None:
    parts = list(world.shards(replace(TINY, shards=3), seed=1, exploration=0.1))
    for column in ("payment", "customer", "card", "device"):
        seen = [set(part.payments[column].tolist()) for part in parts]
        assert len(set.union(*seen)) == sum(map(len, seen))


def _ring_share(made: world.World, *, late: bool) -> float:
    fraud = made.truth["fraud"] == 1
    half = made.payments["paid_at"] > 210 * DAY
    return float((made.truth["tactic"][fraud & (half == late)] == "ring").mean())
