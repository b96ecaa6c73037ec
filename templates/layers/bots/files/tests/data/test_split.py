"""Nothing of the future and nobody from the other side is in training: by ids, not by trust."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.split import DAY, labels, split
from {{ cookiecutter.package }}.train import Prepared, labelled


def test_no_account_is_in_two_periods(prepared: Prepared) -> None:
    parts = [set(part.windows.account.tolist()) for part in (prepared.train, prepared.calibration, prepared.test)]
    assert all(len(part) > 100 for part in parts)
    assert [len(one & other) for one, other in itertools.combinations(parts, 2)] == [0, 0, 0]


def test_no_device_is_in_two_periods(prepared: Prepared, tables: dict[str, Columns]) -> None:
    sessions = tables["sessions"]
    devices = [
        set(sessions["device"][np.isin(sessions["account"], part.windows.account)].tolist())
        for part in (prepared.train, prepared.calibration, prepared.test)
    ]
    assert [len(one & other) for one, other in itertools.combinations(devices, 2)] == [0, 0, 0]


def test_periods_follow_each_other(prepared: Prepared) -> None:
    train, calibration, test = (part.windows.until for part in (prepared.train, prepared.calibration, prepared.test))
    assert train.max() < calibration.min()
    assert calibration.max() < prepared.split.deployed_at <= test.min()


def test_no_verdict_from_after_deployment_is_learned_from(prepared: Prepared, tables: dict[str, Columns]) -> None:
    windows, bot = labelled(prepared)
    verdicts = tables["verdicts"]
    row = np.array([np.flatnonzero(verdicts["account"] == account)[0] for account in windows.account])
    assert verdicts["decided_at"][row].max() < prepared.split.deployed_at
    assert np.array_equal(verdicts["bot"][row], bot)
    assert "mimic" not in tables["truth"]["family"][windows.account]


def test_people_met_in_person_are_never_learned_from(prepared: Prepared) -> None:
    sure = prepared.train.windows.account[prepared.train.labels.certain]
    assert len(sure) > 100
    assert not np.isin(labelled(prepared)[0].account, sure).any()


def test_a_verdict_counts_from_the_day_it_is_decided(tables: dict[str, Columns]) -> None:
    verdict = take(tables["verdicts"], tables["verdicts"]["source"] != "event")
    account, day = verdict["account"][:1], int(verdict["decided_at"][0])
    assert not labels(account, tables["verdicts"], as_of=day).known[0]
    assert labels(account, tables["verdicts"], as_of=day + 1).known[0]


def test_too_short_data_is_refused(tables: dict[str, Columns], settings: Config) -> None:
    late = take(tables["sessions"], tables["sessions"]["began_at"] > 70 * DAY)
    with pytest.raises(ValueError, match="too few for these periods"):
        split(late, settings.split, today=120 * DAY)
