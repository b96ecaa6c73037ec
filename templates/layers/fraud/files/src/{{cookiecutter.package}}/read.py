"""The door for data: tables from files or from the gateway, checked against the contract before anyone uses them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import parquet
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, require

CENTS = 100
"""The gateway counts minor units; everything behind this door is in euro."""

_FROM_GATEWAY = {
    "payment": "id", "paid_at": "timestamp", "customer": "customer", "card": "card_token", "device": "device",
    "method": "method", "currency": "currency", "country": "ip_country", "card_country": "card_country",
}  # fmt: skip


def read(folder: Path, contract: Contract, *, now: int | None = None) -> dict[str, Columns]:
    """All tables of the contract. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data."""
    tables = parquet.delivered(folder, contract.tables, now=now)
    known = {name: tables[name] for name in ("decisions", "chargebacks") if name in tables}
    for name, columns in known.items():
        if len(strays := np.setdiff1d(columns["payment"], tables["payments"]["payment"])):
            raise ContractViolation([f"{name}: {len(strays)} rows of payments that do not exist"])
    return tables


def from_gateway(message: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """A payment row from the gateway's message. Raises `ContractViolation` saying what is wrong with it."""
    wanted = {*_FROM_GATEWAY.values(), "amount_minor"}
    if absent := sorted(wanted - set(message)):
        raise ContractViolation([f"message: {name} is missing" for name in absent])
    if nested := sorted(name for name, value in message.items() if isinstance(value, (dict, list))):
        raise ContractViolation([f"message: {name} must be one value" for name in nested])
    if not isinstance(message["amount_minor"], int):
        raise ContractViolation(["message: amount_minor must be a whole number of cents"])
    row: dict[str, Any] = {name: message[source] for name, source in _FROM_GATEWAY.items()}
    row["amount"] = message["amount_minor"] / CENTS
    require(contract.tables["payments"], {name: np.array([value]) for name, value in row.items()}, name="message")
    return row
