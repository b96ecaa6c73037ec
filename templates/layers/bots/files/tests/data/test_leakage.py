"""A window may know only what had happened by then: cut the data after it and nothing may change."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import features
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.features import CONTEXT, Windows, encode
from {{ cookiecutter.package }}.train import Prepared

CROWD = CONTEXT.index("accounts_on_device")


def test_windows_are_the_same_when_the_future_has_not_happened_yet(
    tables: dict[str, Columns], prepared: Prepared
) -> None:
    assert changed(tables, prepared.calibration.windows) == 0


def test_a_planted_look_into_the_future_is_caught(
    tables: dict[str, Columns], prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = features._accounts_so_far

    def all_accounts_ever(sessions: Columns) -> Array:
        pairs = np.unique(np.stack([sessions["device"], sessions["account"]]), axis=1)[0]
        device, count = np.unique(pairs, return_counts=True)
        return np.asarray(count[np.searchsorted(device, sessions["device"])].astype(float))

    monkeypatch.setattr(features, "_accounts_so_far", all_accounts_ever)
    period = prepared.split.calibration
    leaky = encode(tables["sessions"], tables["actions"], begin=period.begin, end=period.end)
    planted = leaky.rows(np.isin(leaky.account, period.accounts))
    monkeypatch.setattr(features, "_accounts_so_far", honest)
    assert changed(tables, planted) > 0


def changed(tables: dict[str, Columns], windows: Windows) -> int:
    """How many windows differ from those computed on data that ends with the account's newest session."""
    crowded = np.flatnonzero(windows.context[:, CROWD] > 0)
    anyone = np.arange(0, len(windows), max(1, len(windows) // 10))
    return sum(_differs(tables, windows.rows(np.array([row]))) for row in np.unique(np.r_[crowded[:25], anyone]))


def _differs(tables: dict[str, Columns], then: Windows) -> bool:
    sessions, actions = tables["sessions"], tables["actions"]
    past = take(sessions, sessions["began_at"] <= then.until[0])
    own = past["session"][past["account"] == then.account[0]]
    again = encode(past, take(actions, np.isin(actions["session"], own)))
    again = again.rows(again.account == then.account[0])
    return not all(np.array_equal(getattr(then, name), getattr(again, name)) for name in then.__slots__)
