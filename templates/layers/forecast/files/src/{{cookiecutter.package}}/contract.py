"""The data contract: what each field means and may hold, checked where data comes in for training and for serving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict

from {{ cookiecutter.package }}.fields import Array

_KINDS = {"integer": "iu", "number": "f", "text": "OUT"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Field(_Strict):
    """One array. `axes` are its dimensions in their order; `nulls` the largest share of missing values."""

    type: Literal["integer", "number", "text"]
    axes: tuple[Literal["hour", "row", "column", "station"], ...]
    meaning: str
    unit: str = ""
    range: tuple[float, float] | None = None
    nulls: float = 0.0
    unique: bool = False
    sensitivity: Literal["none", "pseudonym", "personal"] = "none"
    source: str
    owner: str
    since: date


class Contract(_Strict):
    """All arrays, how old the newest hour may be, and who reads what is made of them."""

    version: int
    max_age_hours: float
    fields: dict[str, Field]
    consumers: dict[str, str]

    def personal(self) -> frozenset[str]:
        """Fields that tell a person: they may not reach features, logs, artefacts or plots."""
        return frozenset(name for name, field in self.fields.items() if field.sensitivity == "personal")


class ContractViolation(ValueError):
    """Data that breaks the contract; the message lists every breach."""

    def __init__(self, breaches: list[str]) -> None:
        super().__init__("; ".join(breaches))
        self.breaches = breaches


def load(path: Path) -> Contract:
    """The contract of a project."""
    return Contract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def check_shape(name: str, field: Field, axes: tuple[str | None, ...], size: dict[str, int], shape: tuple[int, ...]
) -> Iterator[str]:  # fmt: skip
    """Whether the axes are those agreed, in their order, and as long as in other fields (`size` is filled in)."""
    if axes != field.axes:
        yield f"{name}: axes ({', '.join(map(str, axes))}) found, ({', '.join(field.axes)}) agreed"
        return
    for axis, length in zip(field.axes, shape, strict=True):
        if size.setdefault(axis, length) != length:
            yield f"{name}: {length} along {axis}, {size[axis]} in other fields"


def check_values(name: str, field: Field, values: Array) -> Iterator[str]:
    """Type, range and share of missing values of some hours."""
    if values.dtype.kind not in _KINDS[field.type]:
        yield f"{name}: {field.type} expected, {values.dtype} found"
        return
    absent = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, dtype=bool)
    if values.size and absent.mean() > field.nulls:
        yield f"{name}: {absent.mean():.1%} missing, at most {field.nulls:.1%} allowed"
    if field.range is not None:
        low, high = field.range
        present = values[~absent]
        outside = (present < low) | (present > high)
        if outside.any():
            example, count = present[outside][0], int(outside.sum())
            yield f"{name}: {example:g} is outside {low:g} to {high:g} {field.unit} ({count} values)"
    if field.unique and len(np.unique(values)) < values.size:
        yield f"{name}: {values.size - len(np.unique(values))} values repeat others"


def check_age(contract: Contract, newest: float, now: float) -> Iterator[str]:
    """Whether the newest hour is fresh enough; both in hours."""
    if now - newest > contract.max_age_hours:
        yield f"the newest hour is {now - newest:.0f} hours old, at most {contract.max_age_hours:g} are allowed"
