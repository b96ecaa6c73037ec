"""The door for data: tables from files or a session from the game server, checked before anyone uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import parquet
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, require
from {{ cookiecutter.package }}.players import ACTIONS, STREETS

_SESSION = {"session": "id", "account": "player", "device": "fingerprint", "began_at": "timestamp"}


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session as the game server sent it: its row, and its actions in order."""

    session: dict[str, Any]
    actions: Columns


def read(folder: Path, contract: Contract, *, now: int | None = None) -> dict[str, Columns]:
    """All tables of the contract. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data."""
    tables = parquet.delivered(folder, contract.tables, now=now)
    for child, parent, key in (
        ("sessions", "accounts", "account"),
        ("actions", "sessions", "session"),
        ("verdicts", "accounts", "account"),
    ):
        if len(strays := np.setdiff1d(tables[child][key], tables[parent][key])):
            raise ContractViolation([f"{child}: {len(strays)} values of {key} that {parent} does not know"])
    return tables


def from_server(message: Mapping[str, Any], contract: Contract) -> Sitting:
    """A session from the game server's message. Raises `ContractViolation` saying what is wrong with it."""
    wanted = {*_SESSION.values(), "stake_cents", "actions"}
    if absent := sorted(wanted - set(message)):
        raise ContractViolation([f"message: {name} is missing" for name in absent])
    given = message["actions"]
    if not isinstance(given, list) or not given or not all(isinstance(one, list) and len(one) == 4 for one in given):
        raise ContractViolation(["message: actions must be a list of [street, action, fraction, milliseconds]"])
    row = {name: message[source] for name, source in _SESSION.items()} | {"stake_cents": message["stake_cents"]}
    require(contract.tables["sessions"], {name: np.array([value]) for name, value in row.items()}, name="message")
    street, action, fraction, milliseconds = zip(*given, strict=True)
    actions: Columns = {
        "session": np.full(len(given), row["session"]),
        "number": np.arange(len(given)),
        "street": np.array([_code(STREETS, value, "street") for value in street]),
        "action": np.array([_code(ACTIONS, value, "action") for value in action]),
        "fraction": np.array(fraction),
        "milliseconds": np.array(milliseconds),
    }
    require(contract.tables["actions"], actions, name="message")
    return Sitting(row, {**actions, "fraction": actions["fraction"].astype(np.float64)})


def _code(names: tuple[str, ...], value: object, what: str) -> int:
    if value not in names:
        raise ContractViolation([f"message: {what} '{value}' is not one of {', '.join(names)}"])
    return names.index(str(value))
