"""The door for data: tables from files, requests from the bank, checked against the contract before any use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import parquet
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, require

REQUESTS = "requests"
"""The one table that never comes as a file: a row of it is a message of the bank."""


def read(folder: Path, contract: Contract, *, now: int | None = None) -> dict[str, Columns]:
    """All tables of the contract. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data.

    With `now`, the day it is, tables that have not been delivered for too long are a breach too.
    """
    wanted = {name: table for name, table in contract.tables.items() if name != REQUESTS}
    tables = parquet.delivered(folder, wanted, now=now)
    if len(strays := np.setdiff1d(tables["deeds"]["property"], tables["properties"]["property"])):
        raise ContractViolation([f"deeds: sales of {len(strays)} homes that do not exist"])
    return tables


def forget(folder: Path, *, buyer: int) -> int:
    """Erase a person from the files: every sale to this buyer. Returns how many rows went."""
    return parquet.erase(sorted((folder / "deeds").glob("*.parquet")), "buyer", buyer)


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
