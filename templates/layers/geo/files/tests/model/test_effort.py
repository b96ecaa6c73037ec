"""The learning curve is that of the wells, and the forecast tells a target within reach from one beyond it."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }}.config import EffortConfig
from {{ cookiecutter.package }}.effort import Curve, forecast
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared

WELLS = np.array([60, 90, 120, 160, 200])


def curve(floor: float, gain: float, *, scatter: float = 0.005) -> Curve:
    """A curve with a known floor, drawn with some scatter."""
    error = floor + gain / WELLS
    return Curve(WELLS, error, error + np.random.default_rng(1).normal(0, scatter, size=(300, len(WELLS))))


def asked(target: float, more: int = 100) -> EffortConfig:
    """Is this target worth these wells?"""
    return EffortConfig(target_median_error=target, more_wells=more, min_chance=0.25)


def test_a_known_curve_is_continued_to_its_end() -> None:
    assert forecast(curve(0.1, 12.0), asked(0.12)).expected == pytest.approx(0.1 + 12 / 300)


def test_a_target_within_reach_is_worth_a_try_and_one_below_the_floor_is_not() -> None:
    reachable, hopeless = (forecast(curve(0.1, 12.0), asked(target)) for target in (0.16, 0.09))
    assert (reachable.go_on, hopeless.go_on) == (True, False)
    assert reachable.chance > 0.95
    assert hopeless.chance < 0.05


def test_more_wells_never_lower_the_chance() -> None:
    chances = [forecast(curve(0.1, 12.0, scatter=0.02), asked(0.14, more)).chance for more in (20, 60, 200, 1_000)]
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]


def test_a_curve_that_rises_promises_nothing() -> None:
    rising = Curve(WELLS, 0.2 + WELLS / 2_000, np.tile(0.2 + WELLS / 2_000, (10, 1)))
    found = forecast(rising, asked(0.15))
    assert found.expected == pytest.approx(rising.error.mean())
    assert not found.go_on


def test_the_curve_ends_at_what_the_assessment_found(finished: Finished, prepared: Prepared) -> None:
    assert finished.curve.wells[-1] == len(prepared.log_eur)
    assert finished.curve.error[-1] == pytest.approx(finished.assessment.held_out["model"].median_error, rel=1e-9)


def test_the_curve_falls(finished: Finished) -> None:
    assert finished.curve.error[-1] < finished.curve.error[0]
