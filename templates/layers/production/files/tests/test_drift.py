"""Distributions by bins: every value is counted once, nothing has moved where nothing has, and figures are right."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from {{ cookiecutter.package }} import drift
from {{ cookiecutter.package }}.drift import Kept


def test_every_value_is_in_one_bin_and_missing_ones_in_the_last() -> None:
    values = np.array([0.0, 1.0, 1.0, 2.0, 3.0, np.nan, 9.0])
    assert drift.counts(values, [1.0, 2.5]).tolist() == [3, 1, 2, 1]
    assert drift.shares(values, [1.0, 2.5]).sum() == pytest.approx(1)
    assert drift.shares(np.array([]), [1.0]).tolist() == [0, 0, 0]


def test_bins_hold_equally_many_and_a_heap_has_a_bin_of_its_own() -> None:
    spread = np.arange(1_000.0)
    assert drift.counts(spread, drift.edges(spread, 8))[:-1].tolist() == [125] * 8
    heap = np.r_[np.zeros(900), np.arange(1.0, 101.0)]
    assert drift.edges(heap, 8) == [0.0]
    assert drift.counts(heap, drift.edges(heap, 8)).tolist() == [900, 100, 0]
    capped = np.r_[np.arange(100.0), np.full(900, 100.0)]
    assert drift.counts(capped, drift.edges(capped, 8))[-2] == 900
    assert drift.edges(np.r_[spread, np.nan], 8) == drift.edges(spread, 8)


def test_the_index_is_as_defined_and_the_same_both_ways() -> None:
    then, now = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.4, 0.2])
    by_hand = (0.4 - 0.5) * math.log(0.4 / 0.5) + (0.4 - 0.3) * math.log(0.4 / 0.3)
    assert drift.stability(then, now) == pytest.approx(by_hand)
    assert drift.stability(now, then) == pytest.approx(by_hand)
    assert drift.stability(then, then) == 0


def test_an_empty_bin_counts_as_the_floor_and_not_as_infinitely_far() -> None:
    found = drift.stability(np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.4, 0.1]), floor=0.01)
    assert found == pytest.approx((0.4 - 0.5) * math.log(0.4 / 0.5) + (0.1 - 0.01) * math.log(0.1 / 0.01))


def test_what_is_kept_comes_back() -> None:
    @dataclass(frozen=True, slots=True)
    class Normal(Kept):
        rate: float
        ranges: dict[str, list[float]]

    normal = Normal(0.5, {"age": [18.0, 90.0]})
    assert normal.plain() == {"rate": 0.5, "ranges": {"age": [18.0, 90.0]}}
    assert Normal.of(normal.plain()) == normal
