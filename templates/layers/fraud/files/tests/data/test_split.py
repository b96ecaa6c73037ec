"""Nothing of the future is in training: periods do not overlap, and no label is used before it can be trusted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.split import split
from {{ cookiecutter.package }}.train import Prepared, training_rows


def test_periods_follow_each_other_and_share_no_payment(prepared: Prepared) -> None:
    at, periods = prepared.features.at, prepared.split
    order = [periods.train, periods.calibration, periods.gap, periods.test]
    for earlier, later in itertools.pairwise(order):
        assert at[earlier].max() < at[later].min()
    ids = [set(prepared.features.payment[period].tolist()) for period in order]
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_no_payment_younger_than_the_label_delay_is_trained_on(prepared: Prepared, settings: Config) -> None:
    rows, later = training_rows(prepared)
    youngest = prepared.features.at[np.r_[rows, later]].max()
    assert youngest < prepared.split.deployed_at - settings.split.label_delay_days * DAY


def test_labels_used_in_training_never_change_afterwards(prepared: Prepared) -> None:
    rows = np.concatenate(training_rows(prepared))
    assert np.array_equal(prepared.labels_then.fraud[rows], prepared.labels_now.fraud[rows])
    assert prepared.labels_then.fraud[rows].sum() > 20


def test_blocked_payments_have_no_label(prepared: Prepared) -> None:
    blocked = prepared.tables["decisions"]["approved"] == 0
    assert not prepared.labels_now.known[blocked].any()


def test_too_short_data_is_refused(settings: Config) -> None:
    with pytest.raises(ValueError, match="too few for these periods"):
        split(np.arange(0, 200 * DAY, DAY), settings.split, today=200 * DAY)
