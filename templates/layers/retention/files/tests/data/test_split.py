"""Nothing of the future is in training: periods do not overlap, and no label is used before it can be trusted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.split import label_delay, split
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared, training_rows


def test_periods_follow_each_other_and_share_no_user(prepared: Prepared) -> None:
    moment, periods = prepared.features.moment, prepared.split
    order = [periods.train, periods.calibration, periods.gap, periods.test]
    for earlier, later in itertools.pairwise(order):
        assert moment[earlier].max() < moment[later].min()
    ids = [set(prepared.features.user_id[period].tolist()) for period in order]
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_nobody_whose_second_week_was_not_over_is_trained_on(prepared: Prepared, settings: Config) -> None:
    latest = prepared.features.moment[np.concatenate(training_rows(prepared))].max()
    assert latest + label_delay(settings.windows) <= prepared.split.deployed_at


def test_labels_used_in_training_never_change_afterwards(prepared: Prepared) -> None:
    rows = np.concatenate(training_rows(prepared))
    assert np.array_equal(prepared.labels_then[rows], prepared.labels_now[rows])
    assert (prepared.labels_then[rows] != UNKNOWN).all()
    assert 0.1 < prepared.labels_then[rows].mean() < 0.9


def test_the_newest_users_have_no_label_yet(prepared: Prepared, settings: Config) -> None:
    young = prepared.features.moment > prepared.features.moment.max() - label_delay(settings.windows) + DAY
    assert young.sum() > 50
    assert (prepared.labels_now[young] == UNKNOWN).all()


def test_the_model_learns_only_from_users_who_were_not_reminded(prepared: Prepared) -> None:
    rows = np.concatenate(training_rows(prepared))
    assert (prepared.arms["arm"][rows] == "control").all()
    assert (prepared.arms["propensity"][rows] < 1).any(), "some of them lived beside reminded ones"


def test_too_short_data_is_refused(settings: Config) -> None:
    with pytest.raises(ValueError, match="too few for these periods"):
        split(np.arange(0, 50 * DAY, DAY), settings.split, settings.windows, today=59 * DAY)
