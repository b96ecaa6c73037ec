"""Limits keep what they promise where it can be counted, and refuse to be set on too little."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.limits import PASS, REFER, WATCH, Limits, choose, decide


@pytest.mark.parametrize("tail", ["normal", "exponential"])
def test_one_in_ten_thousand_is_found_from_two_thousand(settings: Config, tail: str) -> None:
    """The share of honest players beyond the limit, over many draws of two thousand, counted among half a million."""
    rng = np.random.default_rng(11)
    draw = {"normal": rng.standard_normal, "exponential": rng.standard_exponential}[tail]
    beyond = draw(500_000)
    shares = [10_000 * (beyond > choose(draw(2_000), settings.limit).refer).mean() for _ in range(60)]
    assert 0.2 < np.median(shares) < 4.0
    assert np.quantile(shares, 0.9) < 15.0


def test_too_few_people_are_refused(settings: Config) -> None:
    with pytest.raises(ValueError, match="too few to set a limit by"):
        choose(np.arange(100.0), settings.limit)


def test_nobody_is_referred_for_a_few_actions(settings: Config) -> None:
    limits = Limits(watch=1.0, refer=2.0, people=1_000, tail_shape=0.0)
    few = settings.limit.min_actions - 1
    found = decide(np.array([0.5, 1.5, 2.5, 2.5]), np.array([64, 64, 64, few]), limits, settings.limit)
    assert found.tolist() == [PASS, WATCH, REFER, WATCH]
