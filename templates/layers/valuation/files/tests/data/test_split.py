"""Nothing of the future is in training: periods do not overlap, and a sale counts from the day it was registered."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import origins
from {{ cookiecutter.package }}.train import Prepared


def test_periods_share_no_sale_and_training_knows_only_what_was_registered(
    prepared: Prepared, settings: Config
) -> None:
    for origin in prepared.origins:
        parts = [set(part.tolist()) for part in (origin.train, origin.calibration, origin.test)]
        assert len(set.union(*parts)) == sum(map(len, parts))
        calibrated = origin.deployed_on - settings.split.calibration_days
        assert prepared.registered_on[origin.train].max() < calibrated
        assert prepared.registered_on[origin.calibration].min() >= calibrated
        assert prepared.registered_on[origin.calibration].max() < origin.deployed_on
        assert prepared.features.at[origin.test].min() >= origin.deployed_on


def test_each_origin_trains_on_more_and_is_tested_on_the_next_year(prepared: Prepared, settings: Config) -> None:
    assert len(prepared.origins) == settings.split.origins
    for earlier, later in itertools.pairwise(prepared.origins):
        assert set(earlier.train.tolist()) < set(later.train.tolist())
        assert later.deployed_on - earlier.deployed_on == settings.split.test_days
        assert prepared.features.at[earlier.test].max() < prepared.features.at[later.test].min()


def test_implausible_prices_are_neither_learned_nor_judged_on(prepared: Prepared) -> None:
    for origin in prepared.origins:
        assert prepared.plausible[np.concatenate([origin.train, origin.calibration, origin.test])].all()


def test_inputs_are_scaled_by_the_training_sales_alone(prepared: Prepared, finished: Finished) -> None:
    for trained, origin in zip(finished.trained, prepared.origins, strict=True):
        wanted = models.fit_scale(prepared.features.values[origin.train], prepared.target[origin.train])
        assert trained.model.scale == wanted


def test_too_short_data_is_refused(settings: Config) -> None:
    day = np.arange(0, 2_000)
    with pytest.raises(ValueError, match="too few for these periods"):
        origins(day, day + 10, np.ones(len(day), dtype=bool), settings.split)
