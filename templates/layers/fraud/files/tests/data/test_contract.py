"""The contract holds for the made world, and every kind of breach is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import parquet, read
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, check
from {{ cookiecutter.package }}.population import DAY

Change = Callable[[Columns], Any]


def _set(name: str, row: int, value: object) -> Change:
    def change(table: Columns) -> None:
        table[name][row] = value

    return change


def _mask(table: Columns) -> None:
    table["method"] = np.ma.masked_array(table["method"], mask=np.arange(len(table["method"])) == 3)


BREACHES: dict[str, Change] = {
    "amount: 0.5 is outside": _set("amount", 0, 0.5),
    "amount: 4990 is outside": _set("amount", 0, 4_990.0),
    "'chip' is not one of": _set("method", 0, "chip"),
    "missing, at most": _mask,
    "integer expected": lambda table: table.update(paid_at=table["paid_at"].astype(float)),
    "the column is missing": lambda table: table.pop("device"),
    "does not know this column": lambda table: table.update(email=table["method"]),
    "repeat the key": lambda table: table.update(payment=np.zeros_like(table["payment"])),
}


def test_the_made_world_keeps_the_contract(tables: dict[str, Columns], agreed: Contract) -> None:
    breaches = [found for name in agreed.tables for found in check(agreed.tables[name], tables[name], name=name)]
    assert breaches == []


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(tables: dict[str, Columns], agreed: Contract, expected: str) -> None:
    broken = {name: values.copy() for name, values in tables["payments"].items()}
    BREACHES[expected](broken)
    found = list(check(agreed.tables["payments"], broken, name="payments"))
    assert len(found) == 1
    assert expected in found[0]


def test_old_data_is_seen(tables: dict[str, Columns], agreed: Contract) -> None:
    now = float(tables["payments"]["paid_at"].max())
    payments = agreed.tables["payments"]
    assert list(check(payments, tables["payments"], name="payments", now=now + DAY)) == []
    assert "days old" in next(check(payments, tables["payments"], name="payments", now=now + 5 * DAY))


def test_a_chargeback_of_a_payment_nobody_made_is_refused(
    tables: dict[str, Columns], agreed: Contract, tmp_path: Any
) -> None:
    stray = {**tables, "chargebacks": {"payment": np.array([10**12]), "reported_at": np.array([5])}}
    parquet.write(stray, tmp_path)
    with pytest.raises(ContractViolation, match="payments that do not exist"):
        read.read(tmp_path, agreed)
