"""The contract holds for the made world, and every kind of breach is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import parquet, read
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, check
from {{ cookiecutter.package }}.split import DAY

Change = Callable[[Columns], object]


def _set(name: str, value: object) -> Change:
    def change(table: Columns) -> None:
        table[name][0] = value

    return change


def _mask(table: Columns) -> None:
    table["fraction"] = np.ma.masked_array(table["fraction"], mask=np.arange(len(table["fraction"])) == 3)


BREACHES: dict[str, Change] = {
    "milliseconds: 3 is outside 50 to 120000 ms": _set("milliseconds", 3),
    "milliseconds: 4.1e+06 is outside": _set("milliseconds", 4_100_000),
    "action: 5 is outside": _set("action", 5),
    "missing, at most": _mask,
    "integer expected": lambda table: table.update(milliseconds=table["milliseconds"] / 1_000),
    "the column is missing": lambda table: table.pop("street"),
    "does not know this column": lambda table: table.update(email=table["street"]),
    "repeat the key": lambda table: table.update(number=np.zeros_like(table["number"])),
}


def test_the_made_world_keeps_the_contract(tables: dict[str, Columns], agreed: Contract) -> None:
    breaches = [found for name in agreed.tables for found in check(agreed.tables[name], tables[name], name=name)]
    assert breaches == []


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(tables: dict[str, Columns], agreed: Contract, expected: str) -> None:
    broken = {name: values[:5_000].copy() for name, values in tables["actions"].items()}
    BREACHES[expected](broken)
    found = list(check(agreed.tables["actions"], broken, name="actions"))
    assert len(found) == 1
    assert expected in found[0]


def test_old_data_is_seen(tables: dict[str, Columns], agreed: Contract) -> None:
    now = float(tables["sessions"]["began_at"].max())
    sessions = agreed.tables["sessions"]
    assert list(check(sessions, tables["sessions"], name="sessions", now=now + DAY)) == []
    assert "days old" in next(check(sessions, tables["sessions"], name="sessions", now=now + 5 * DAY))


def test_verdicts_about_accounts_that_do_not_exist_are_refused(
    tables: dict[str, Columns], agreed: Contract, tmp_path: Path
) -> None:
    stray = {name: values[:1].copy() for name, values in tables["verdicts"].items()}
    stray["account"][0] = 10**12
    parquet.write({**tables, "verdicts": stray}, tmp_path)
    with pytest.raises(ContractViolation, match="that accounts does not know"):
        read.read(tmp_path, agreed)
