"""A feature may know only what had happened by then: cut the history at the payment and nothing may change."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import features
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.history import History


def test_features_are_the_same_when_the_future_has_not_happened_yet(tables: dict[str, Columns], chosen: Array) -> None:
    assert leaking(tables, chosen) == []


def test_a_planted_look_into_the_future_is_caught(
    tables: dict[str, Columns], chosen: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    into_future = features._QUERY.replace("604800 PRECEDING AND 1 PRECEDING", "604800 PRECEDING AND 7200 FOLLOWING")
    assert into_future != features._QUERY
    monkeypatch.setattr(features, "_QUERY", into_future)
    assert leaking(tables, chosen) == ["minutes_played_7d"]


def test_a_chargeback_counts_from_the_day_it_is_reported(
    tables: dict[str, Columns], chosen: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_payment = features._QUERY.replace("SELECT NULL, reported_at,", "SELECT NULL, paid_at,")
    assert at_payment != features._QUERY
    monkeypatch.setattr(features, "_QUERY", at_payment)
    assert "customer_chargebacks_90d" in leaking(tables, chosen)


@pytest.fixture(scope="module")
def chosen(tables: dict[str, Columns]) -> Array:
    """Payments soon after one that will be disputed by the same customer, and some of anyone's."""
    payments = tables["payments"]
    disputed = np.isin(payments["payment"], tables["chargebacks"]["payment"])
    again = np.isin(payments["customer"], payments["customer"][disputed]) & ~disputed
    anyone = np.arange(len(again)) % (len(again) // 8) == 5
    return np.r_[np.flatnonzero(again)[:: max(1, int(again.sum()) // 16)], np.flatnonzero(anyone)]


def leaking(tables: dict[str, Columns], rows: Array) -> list[str]:
    """Features that differ between the whole history and the one cut at the payment, for any of the rows."""
    near = relatives(tables, rows)
    with History.of(**near) as whole:
        everything = whole.features()
    found: set[str] = set()
    for row in rows:
        payment, moment = int(tables["payments"]["payment"][row]), int(tables["payments"]["paid_at"][row])
        with History.of(**cut(near, moment)) as past:
            then = past.features(only=payment).values[0]
        now = everything.values[everything.payment == payment][0]
        found |= {name for name, a, b in zip(NAMES, then, now, strict=True) if not np.array_equal(a, b, equal_nan=True)}
    return sorted(found)


def relatives(tables: dict[str, Columns], rows: Array) -> dict[str, Columns]:
    """The rows that can matter to these payments: of the same customer, card or device. It saves time, nothing else."""
    payments = tables["payments"]
    shared = [np.isin(payments[name], payments[name][rows]) for name in ("customer", "card", "device")]
    near = take(payments, np.logical_or.reduce(shared))
    return {
        "customers": take(tables["customers"], np.isin(tables["customers"]["customer"], near["customer"])),
        "payments": near,
        "activity": take(tables["activity"], np.isin(tables["activity"]["customer"], near["customer"])),
        "chargebacks": take(tables["chargebacks"], np.isin(tables["chargebacks"]["payment"], near["payment"])),
    }


def cut(tables: dict[str, Columns], moment: int) -> dict[str, Columns]:
    """What was known at `moment` (seconds): a session only once it has ended."""
    activity = tables["activity"]
    kept = {
        "customers": tables["customers"]["registered_at"] <= moment,
        "payments": tables["payments"]["paid_at"] <= moment,
        "activity": activity["began_at"] + 60 * activity["minutes"] <= moment,
        "chargebacks": tables["chargebacks"]["reported_at"] <= moment,
    }
    return {name: take(tables[name], rows) for name, rows in kept.items()}
