"""The contract holds for the made world, and every kind of breach is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import parquet, read
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, check

Change = Callable[[Columns], Any]


def _set(name: str, row: int, value: object) -> Change:
    def change(table: Columns) -> None:
        table[name][row] = value

    return change


def _mask(table: Columns) -> None:
    table["area_unit"] = np.ma.masked_array(table["area_unit"], mask=np.arange(len(table["area_unit"])) == 3)


BREACHES: dict[str, Change] = {
    "area: 9.5 is outside": _set("area", 0, 9.5),
    "condition: 0 is outside": _set("condition", 0, 0),
    "'ft' is not one of": _set("area_unit", 0, "ft"),
    "missing, at most": _mask,
    "integer expected": lambda table: table.update(rooms=table["rooms"].astype(float)),
    "the column is missing": lambda table: table.pop("built_year"),
    "does not know this column": lambda table: table.update(price=table["area"]),
    "repeat the key": lambda table: table.update(property=np.zeros_like(table["property"])),
}


def test_the_made_world_keeps_the_contract(tables: dict[str, Columns], agreed: Contract) -> None:
    delivered = [name for name in agreed.tables if name != read.REQUESTS]
    assert [found for name in delivered for found in check(agreed.tables[name], tables[name], name=name)] == []


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(tables: dict[str, Columns], agreed: Contract, expected: str) -> None:
    broken = {name: values.copy() for name, values in tables["properties"].items()}
    BREACHES[expected](broken)
    found = list(check(agreed.tables["properties"], broken, name="properties"))
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    ("table", "time", "late"), [("deeds", "registered_on", 11), ("market_index", "published_on", 76)]
)
def test_tables_that_are_not_delivered_any_more_are_seen(
    tables: dict[str, Columns], agreed: Contract, table: str, time: str, late: int
) -> None:
    newest = int(tables[table][time].max())
    assert list(check(agreed.tables[table], tables[table], name=table, now=newest + late - 1)) == []
    assert "days old" in next(check(agreed.tables[table], tables[table], name=table, now=newest + late))


def test_an_index_that_stopped_is_refused_at_the_door(
    tables: dict[str, Columns], agreed: Contract, tmp_path: Any
) -> None:
    index = tables["market_index"]
    early = index["published_on"] < index["published_on"].max() - 100
    delivered = {name: tables[name] for name in agreed.tables if name != read.REQUESTS}
    parquet.write({**delivered, "market_index": {name: values[early] for name, values in index.items()}}, tmp_path)
    today = int(tables["deeds"]["registered_on"].max())
    with pytest.raises(ContractViolation, match="market_index: the newest row is"):
        read.read(tmp_path, agreed, now=today)


def test_a_sale_of_a_home_nobody_knows_is_refused(tables: dict[str, Columns], agreed: Contract, tmp_path: Any) -> None:
    deeds = {name: values.copy() for name, values in tables["deeds"].items()}
    deeds["property"][0] = 10**12
    parquet.write({**{name: tables[name] for name in agreed.tables if name != read.REQUESTS}, "deeds": deeds}, tmp_path)
    with pytest.raises(ContractViolation, match="homes that do not exist"):
        read.read(tmp_path, agreed)
