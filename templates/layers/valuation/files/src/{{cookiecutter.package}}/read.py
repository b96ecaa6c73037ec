"""The door for data: tables from files, requests from the bank, checked against the contract before any use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, require

REQUESTS = "requests"
"""The one table that never comes as a file: a row of it is a message of the bank."""


def write(tables: Mapping[str, Columns], folder: Path, *, part: int = 0) -> None:
    """Write tables as Parquet, `<table>/<part>.parquet`."""
    with duckdb.connect(":memory:") as database:
        for name, columns in tables.items():
            target = folder / name / f"{part:05}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            database.register("columns", columns)
            database.table("columns").write_parquet(str(target))


def read(folder: Path, contract: Contract, *, now: int | None = None) -> dict[str, Columns]:
    """All tables of the contract. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data.

    With `now`, the day it is, tables that have not been delivered for too long are a breach too.
    """
    tables = {name: table(folder / name) for name in contract.tables if name != REQUESTS}
    for name, columns in tables.items():
        require(contract.tables[name], columns, name=name, now=now)
    if len(strays := np.setdiff1d(tables["deeds"]["property"], tables["properties"]["property"])):
        raise ContractViolation([f"deeds: sales of {len(strays)} homes that do not exist"])
    return tables


def table(folder: Path) -> Columns:
    """One table from all its parts, unchecked. Raises `FileNotFoundError` where there is none."""
    files = sorted(str(path) for path in folder.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"no data in {folder}; make some with the command `world`")
    with duckdb.connect(":memory:") as database:
        relation = database.from_parquet(files)
        return {name: _plain(values) for name, values in relation.fetchnumpy().items()}


def forget(folder: Path, *, buyer: int) -> int:
    """Erase a person from the files: every sale to this buyer. Returns how many rows went."""
    gone = 0
    for path in sorted((folder / "deeds").glob("*.parquet")):
        with duckdb.connect(":memory:") as database:
            rows = {name: _plain(values) for name, values in database.from_parquet(str(path)).fetchnumpy().items()}
        stays = rows["buyer"] != buyer
        gone += int((~stays).sum())
        if not stays.all():
            write({"deeds": take(rows, stays)}, folder, part=int(path.stem))
    return gone


def from_bank(message: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """A request from the bank's message. Raises `ContractViolation` saying what is wrong with it."""
    wanted = contract.tables[REQUESTS].columns
    if absent := sorted(set(wanted) - set(message)):
        raise ContractViolation([f"message: {name} is missing" for name in absent])
    if unknown := sorted(set(message) - set(wanted)):
        raise ContractViolation([f"message: {name} is not known" for name in unknown])
    try:
        columns = {name: np.array([message[name]]) for name in wanted}
    except ValueError as error:
        raise ContractViolation([f"message: {error}"]) from error
    require(contract.tables[REQUESTS], columns, name="message")
    return {name: message[name] for name in wanted}


def _plain(values: Any) -> Any:
    """Without a mask where nothing is missing, and texts as numpy texts."""
    if isinstance(values, np.ma.MaskedArray):
        if values.mask.any():
            return values
        values = values.data
    return values.astype(str) if values.dtype.kind == "O" else values
