"""The contract holds for the made world, and every kind of breach is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
    table["version"] = np.ma.masked_array(table["version"], mask=np.arange(len(table["version"])) == 3)


BREACHES: dict[str, Change] = {
    "received_at: -5 is outside": _set("received_at", 0, -5),
    "layout: 3 is outside": _set("layout", 0, 3),
    "'tv' is not one of": _set("source", 0, "tv"),
    "missing, at most": _mask,
    "integer expected": lambda table: table.update(occurred_at=table["occurred_at"].astype(float)),
    "the column is missing": lambda table: table.pop("version"),
    "does not know this column": lambda table: table.update(city=table["layout"]),
}


def test_the_made_world_keeps_the_contract(tables: dict[str, Columns], agreed: Contract) -> None:
    breaches = [found for name in agreed.tables for found in check(agreed.tables[name], tables[name], name=name)]
    assert breaches == []


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(tables: dict[str, Columns], agreed: Contract, expected: str) -> None:
    broken = {name: values.copy() for name, values in tables["raw_events"].items()}
    BREACHES[expected](broken)
    found = list(check(agreed.tables["raw_events"], broken, name="raw_events"))
    assert len(found) == 1
    assert expected in found[0]


def test_a_user_in_two_arms_is_seen(tables: dict[str, Columns], agreed: Contract) -> None:
    twice = {name: np.r_[values, values[:2]] for name, values in tables["arms"].items()}
    assert list(check(agreed.tables["arms"], twice, name="arms")) == ["arms: 2 rows repeat the key (user_id)"]


def test_old_data_is_seen(tables: dict[str, Columns], agreed: Contract) -> None:
    now = float(tables["raw_events"]["received_at"].max())
    events = agreed.tables["raw_events"]
    assert list(check(events, tables["raw_events"], name="raw_events", now=now + DAY / 2)) == []
    assert "days old" in next(check(events, tables["raw_events"], name="raw_events", now=now + 2 * DAY))


def test_events_of_a_user_nobody_registered_are_refused(
    tables: dict[str, Columns], agreed: Contract, tmp_path: Path
) -> None:
    parquet.write({**tables, "users": {name: values[1:] for name, values in tables["users"].items()}}, tmp_path)
    with pytest.raises(ContractViolation, match="users that do not exist"):
        read.read(tmp_path, agreed)
