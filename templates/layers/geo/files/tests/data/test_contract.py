"""The contract holds for the made world, every breach is seen, and maps that do not fit their wells are refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import read
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, check
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.world import DAY, TODAY

Change = Callable[[Columns], Any]


def _set(name: str, value: object) -> Change:
    def change(table: Columns) -> None:
        table[name][0] = value

    return change


BREACHES: dict[str, Change] = {
    "eur_kbbl: 0 is outside": _set("eur_kbbl", 0.0),
    "logged_thickness_m: 900 is outside": _set("logged_thickness_m", 900.0),
    "missing, at most": _set("eur_kbbl", np.nan),
    "integer expected": lambda table: table.update(drilled_at=table["drilled_at"].astype(float)),
    "the column is missing": lambda table: table.pop("months_produced"),
    "does not know this column": lambda table: table.update(landowner=table["well"].astype(str)),
    "repeat the key": lambda table: table.update(well=np.ones_like(table["well"])),
}


def test_the_made_world_keeps_the_contract(tables: Tables, agreed: Contract) -> None:
    seen = {"maps": read.as_table(tables.maps), "wells": tables.wells, "proposals": tables.proposals}
    assert [found for name in seen for found in check(agreed.tables[name], seen[name], name=name)] == []


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(tables: Tables, agreed: Contract, expected: str) -> None:
    broken = {name: values.copy() for name, values in tables.wells.items()}
    BREACHES[expected](broken)
    found = list(check(agreed.tables["wells"], broken, name="wells"))
    assert len(found) == 1
    assert expected in found[0]


def test_a_map_in_other_units_is_refused(tables: Tables, agreed: Contract) -> None:
    columns = read.as_table(tables.maps)
    columns["porosity"] = columns["porosity"] * 100
    assert "maps.porosity" in next(check(agreed.tables["maps"], columns, name="maps"))


def test_old_data_is_seen(data: Path, agreed: Contract) -> None:
    read.read(data, agreed, today=TODAY)
    with pytest.raises(ContractViolation, match="days old"):
        read.read(data, agreed, today=TODAY + 500 * DAY)


def test_a_table_that_cannot_be_read_is_refused_in_words(data: Path, agreed: Contract, tmp_path: Path) -> None:
    path = shutil.copy(data / "wells.csv", tmp_path / "wells.csv")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n1,", "\none,", 1), encoding="utf-8")
    with pytest.raises(ContractViolation, match=r"wells\.well: integer expected"):
        read.read_table(path, agreed.tables["wells"])


def test_maps_that_fit_their_wells_pass(tables: Tables) -> None:
    assert read.disagreements(tables.maps, tables.wells) == []


def test_swapped_coordinates_are_named(tables: Tables) -> None:
    swapped = {**tables.wells, "east_km": tables.wells["north_km"], "north_km": tables.wells["east_km"]}
    assert "it looks as if east and north are swapped" in read.disagreements(tables.maps, swapped)[0]


def test_maps_upside_down_are_named(tables: Tables) -> None:
    turned = replace(tables.maps, layers={name: layer[::-1] for name, layer in tables.maps.layers.items()})
    assert "it looks as if the maps are upside down" in read.disagreements(turned, tables.wells)[0]


def test_a_well_off_the_maps_is_named(tables: Tables) -> None:
    strayed = {**tables.wells, "east_km": tables.wells["east_km"].copy()}
    strayed["east_km"][3] = 1_900.0
    number = tables.wells["well"][3]
    assert read.disagreements(tables.maps, strayed) == [f"wells: well {number} lies outside the maps"]
