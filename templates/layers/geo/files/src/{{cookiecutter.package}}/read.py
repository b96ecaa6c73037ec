"""The door for data: maps, wells and requests, checked against the contract and each other before anyone uses them.

Real data comes in here: maps as ESRI ASCII grids (`maps/<layer>.asc`; every geographic program exports them), tables
as CSV files with the columns of data/contract.yaml.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import grid
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, Table, check, require
from {{ cookiecutter.package }}.grid import METRES, Grid
from {{ cookiecutter.package }}.record import write_atomically

MIN_AGREEMENT = 0.6
"""Least correlation between thickness logged in wells and thickness on the map at their places."""

_FROM_DESK = {"proposal": "id", "asked_at": "timestamp", "east_km": "easting", "north_km": "northing"}
_METRES = ("east_km", "north_km")
_TYPES: dict[str, Any] = {"integer": np.int64, "number": np.float64, "text": np.str_}


@dataclass(frozen=True, slots=True)
class Tables:
    """What the project works with. `truth` only in a made world: recovery of a well in any cell."""

    maps: Grid
    wells: Columns
    proposals: Columns
    truth: Grid | None = None


def read(folder: Path, contract: Contract, *, today: int | None = None) -> Tables:
    """Maps, wells and proposals. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data."""
    layers = tuple(name for name in contract.tables["maps"].columns if name not in _METRES)
    maps = grid.read(folder / "maps", layers)
    tables = {name: read_table(folder / f"{name}.csv", contract.tables[name]) for name in ("wells", "proposals")}
    breaches = list(check(contract.tables["maps"], as_table(maps), name="maps"))
    for name, columns in tables.items():
        now = None if today is None or name != "wells" else float(today)
        breaches += check(contract.tables[name], columns, name=name, now=now)
    breaches = breaches or disagreements(maps, tables["wells"])
    if breaches:
        raise ContractViolation(breaches)
    truth = grid.read(folder / "truth", ("eur_kbbl",)) if (folder / "truth").exists() else None
    return Tables(maps, tables["wells"], tables["proposals"], truth)


def as_table(maps: Grid) -> Columns:
    """One row a cell, so that the contract can be checked on maps as on any table."""
    east, north = maps.centres()
    return {"east_km": east, "north_km": north, **{name: values.ravel() for name, values in maps.layers.items()}}


def disagreements(maps: Grid, wells: Columns) -> list[str]:
    """Wells and maps must be of one place: thickness logged in boreholes follows the map, or one was turned."""
    east, north = wells["east_km"], wells["north_km"]
    if not maps.inside(east, north).all():
        return [f"wells: well {wells['well'][~maps.inside(east, north)][0]} lies outside the maps"]
    found = _agreement(maps, wells, east, north)
    if found >= MIN_AGREEMENT:
        return []
    rows = maps.shape[0] * maps.cell_km
    turned = {
        "east and north are swapped": (north, east),
        "the maps are upside down": (east, 2 * maps.south_km + rows - north),
    }
    better = [
        cause for cause, (x, y) in turned.items()
        if maps.inside(x, y).all() and _agreement(maps, wells, x, y) > max(MIN_AGREEMENT, found)
    ]  # fmt: skip
    guess = f"; it looks as if {better[0]}" if better else ""
    return [f"wells: logged thickness and the map agree by {found:.2f} only, {MIN_AGREEMENT} are expected{guess}"]


def _agreement(maps: Grid, wells: Columns, east: Array, north: Array) -> float:
    mapped = maps.at("thickness_m", east, north)
    known = ~np.isnan(mapped)
    return float(np.corrcoef(np.log(mapped[known]), np.log(wells["logged_thickness_m"][known]))[0, 1])


def from_desk(message: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """A proposal from the planning desk's message, in kilometres. Raises `ContractViolation` saying what is wrong."""
    if absent := sorted({*_FROM_DESK.values(), "asked_by"} - set(message)):
        raise ContractViolation([f"message: {name} is missing" for name in absent])
    if nested := sorted(name for name, value in message.items() if isinstance(value, (dict, list))):
        raise ContractViolation([f"message: {name} must be one value" for name in nested])
    row: dict[str, Any] = {name: message[source] for name, source in _FROM_DESK.items()}
    for name in _METRES:
        if isinstance(row[name], bool) or not isinstance(row[name], int | float):
            raise ContractViolation([f"message: {_FROM_DESK[name]} must be a number of metres"])
        row[name] = row[name] / METRES
    columns = {name: np.array([value]) for name, value in row.items()} | {"eur_kbbl": np.array([np.nan])}
    require(contract.tables["proposals"], columns, name="message")
    return row


def forget(folder: Path, contract: Contract, landowner: str) -> int:
    """Remove every row of a person from the leases, the only table with persons in it; returns how many there were."""
    leases = read_table(folder / "leases.csv", contract.tables["leases"])
    theirs = leases["landowner"] == landowner
    write_table(take(leases, ~theirs), folder / "leases.csv")
    return int(theirs.sum())


def write_table(columns: Columns, path: Path) -> None:
    """A table as CSV; what is missing stays empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*(values.tolist() for values in columns.values()), strict=True):
        writer.writerow("" if value != value else value for value in row)
    write_atomically(path, text.getvalue())


def read_table(path: Path, table: Table) -> Columns:
    """A table as the contract types it. Raises `FileNotFoundError`, or `ContractViolation` for what cannot be read."""
    if not path.exists():
        raise FileNotFoundError(f"no data in {path}; make some with the command `world`")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0]) if rows else list(table.columns)
    return {name: _typed(table, name, [row[name] for row in rows], path) for name in names}


def _typed(table: Table, name: str, texts: list[str], path: Path) -> Array:
    kind = table.columns[name].type if name in table.columns else "text"
    filled = ["nan" if text == "" and kind == "number" else text for text in texts]
    try:
        return np.array(filled, dtype=_TYPES[kind])
    except ValueError as error:
        raise ContractViolation([f"{path.stem}.{name}: {kind} expected; {error}"]) from error
