"""The door for data: tables from files, events from the collectors, checked against the contract before use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import parquet
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, require

_LAYOUT_1 = {
    "event_id": "id", "source": "source", "user_id": "user", "name": "event", "version": "app",
    "occurred_at": "time", "received_at": "received",
}  # fmt: skip
_LAYOUT_2 = {
    "event_id": "event_id", "source": "source", "user_id": "uid", "name": "type", "version": "release",
    "occurred_at": "occurred_s", "received_at": "received_s",
}  # fmt: skip


def read(folder: Path, contract: Contract, *, now: int | None = None) -> dict[str, Columns]:
    """All tables of the contract. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data."""
    tables = parquet.delivered(folder, contract.tables, now=now)
    for name in ("raw_events", "arms"):
        if len(strays := np.setdiff1d(tables[name]["user_id"], tables["users"]["user_id"])):
            raise ContractViolation([f"{name}: rows of {len(strays)} users that do not exist"])
    return tables


def from_collector(message: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """A row of `raw_events` from a message in either layout. Raises `ContractViolation` saying what is wrong."""
    layout = 2 if "event_id" in message else 1
    names, length = (_LAYOUT_2, "length_ms") if layout == 2 else (_LAYOUT_1, "seconds")
    if absent := sorted(set(names.values()) - set(message)):
        raise ContractViolation([f"message: {name} is missing" for name in absent])
    if several := [key for key, value in message.items() if isinstance(value, (list, dict))]:
        raise ContractViolation([f"message: {key} must be one value" for key in several])
    if length in message and type(message[length]) not in (int, float):
        raise ContractViolation([f"message: {length} must be a number"])
    row: dict[str, Any] = {name: message[key] for name, key in names.items()}
    row |= {"layout": layout, "length": float(message[length]) if length in message else float("nan")}
    if row["name"] == "session_end" and length not in message:
        raise ContractViolation([f"message: a session_end needs {length}"])
    columns = {name: np.array([value]) for name, value in row.items() if name != "length" or length in message}
    table = contract.tables["raw_events"]
    wanted = {name: column for name, column in table.columns.items() if name in columns}
    require(table.model_copy(update={"columns": wanted}), columns, name="message")
    return row


def forget(folder: Path, user_id: int) -> int:
    """Erase a person from every table's files; returns how many rows went."""
    return parquet.erase(sorted(folder.glob("*/*.parquet")), "user_id", user_id)
