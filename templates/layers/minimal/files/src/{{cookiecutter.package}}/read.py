"""The door for data: one CSV table, checked against the contract before anyone uses it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, require

LABEL = "days_late"
_PARSERS: dict[str, Callable[[list[str]], Array]] = {
    "integer": lambda texts: np.array([int(text) for text in texts], dtype=np.int64),
    "number": lambda texts: np.array([float(text) if text else np.nan for text in texts]),
    "text": np.array,
}


def write(orders: Columns, path: Path) -> None:
    """Write the table as CSV; what is missing is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(orders)
        for row in zip(*(values.tolist() for values in orders.values()), strict=True):
            lines.writerow("" if isinstance(value, float) and np.isnan(value) else value for value in row)


def read(path: Path, contract: Contract) -> Columns:
    """The table. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data."""
    table = contract.tables["orders"]
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0]) if rows else list(table.columns)
    columns: Columns = {}
    for name in names:
        kind = table.columns[name].type if name in table.columns else "text"
        try:
            columns[name] = _PARSERS[kind]([row[name] for row in rows])
        except ValueError as error:
            raise ContractViolation([f"orders.{name}: {kind} expected: {error}"]) from error
    require(table, columns, name="orders")
    return columns


def one(message: Mapping[str, Any], contract: Contract) -> Columns:
    """One order as a table of one row, without its label. Raises `ContractViolation` saying what is wrong with it."""
    table = contract.tables["orders"]
    # One order is wholly there or not: a column that may be missing now and then may be missing here.
    wanted = {
        name: column.model_copy(update={"nulls": 1.0 if column.nulls else 0.0})
        for name, column in table.columns.items()
        if name != LABEL
    }
    if nested := sorted(name for name, value in message.items() if isinstance(value, (dict, list))):
        raise ContractViolation([f"order: {name} must be one value" for name in nested])
    absent = [name for name, column in wanted.items() if name not in message and not column.nulls]
    if absent:
        raise ContractViolation([f"order: {name} is missing" for name in absent])
    columns = {name: np.array([message.get(name, np.nan)]) for name in wanted}
    if unknown := sorted(set(message) - set(wanted)):
        raise ContractViolation([f"order: {name} is not known" for name in unknown])
    require(table.model_copy(update={"columns": wanted}), columns, name="order")
    return columns
