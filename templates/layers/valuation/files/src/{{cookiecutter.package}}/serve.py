"""The valuation service: one home in; a value, interval, comparables and doubts out; without a model the formula."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from {{ cookiecutter.package }} import baseline, explain
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.artefact import trusted
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.explain import Comparable, Sold
from {{ cookiecutter.package }}.features import NAMES, FeatureTable
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.privacy import pseudonym
from {{ cookiecutter.package }}.read import from_bank
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.warehouse import Warehouse


class RefusedMessage(ValueError):
    """A message that cannot be answered; the text says what the caller must change."""


@dataclass(frozen=True, slots=True)
class Valuation:
    """What a home is worth. `low_eur` and `high_eur` are None under the formula, which knows no interval."""

    subject: int
    value_eur: float
    low_eur: float | None
    high_eur: float | None
    visit: bool
    doubts: tuple[str, ...]
    drivers: dict[str, float]
    comparables: tuple[Comparable, ...]
    near_sales: int
    model: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Release:
    """The model that may value, with its reference; `model` is None when there is none to be trusted."""

    model: Model | None
    normal: Reference | None
    problem: str = ""


def release(run: Path) -> Release:
    """The model of a run, if it is intact and reached the quality bar; else a release that leaves it to the formula."""
    model, reference, problem = trusted(run, models.load)
    return Release(model, None if model is None else Reference.of(reference), problem)


def sold(prepared: Prepared) -> Sold:
    """The plausible sales, to be shown as comparables."""
    rows = np.flatnonzero(prepared.plausible)
    return Sold(prepared.features.rows(rows), prepared.price_eur[rows], prepared.registered_on[rows])


class Service:
    """Values homes, one message at a time, by the tables it was started with."""

    def __init__(
        self, tables: Mapping[str, Columns], known: Sold, released: Release, config: Config, contract: Contract,
        *, key: bytes, log: TextIO,
    ) -> None:  # fmt: skip
        self.warehouse = Warehouse(tables, config.neighbourhood, config.engine)
        self.known, self.released, self.config, self.contract = known, released, config, contract
        self._key, self._log, self._digest = key, log, config.digest()

    def value(self, message: Mapping[str, Any]) -> Valuation:
        """The valuation of a bank's message, logged before it is returned.

        Raises `ContractViolation` or `RefusedMessage` for a message that must not be answered; nothing is kept of it.
        """
        begin = time.perf_counter()
        row = from_bank(message, self.contract)
        home = self.warehouse.question(row)
        if not len(home.subject):
            raise RefusedMessage("valued_on: no price index had been published by that day")
        answer = self._value(home)
        self._write(answer, row, home, milliseconds=1_000 * (time.perf_counter() - begin))
        return answer

    def _value(self, home: FeatureTable) -> Valuation:
        model, normal = self.released.model, self.released.normal
        count = self.config.serving.comparables
        comparables = tuple(self.known.comparables(home, count=count))
        subject, near_sales = int(home.subject[0]), int(home.near_sales[0])
        if model is None or normal is None:
            formula = float(home.base_eur[0] * np.exp(baseline.legacy(home)[0]))
            return Valuation(
                subject, formula, None, None, visit=True, doubts=("no_model",), drivers={}, comparables=comparables,
                near_sales=near_sales, model=baseline.LEGACY, configuration=self._digest,
            )  # fmt: skip
        found = model.value(home)
        doubted = tuple(explain.doubts(model, home, self.known, normal, self.config.serving))
        return Valuation(
            subject,
            float(found.value[0]),
            float(found.low[0]),
            float(found.high[0]),
            visit=bool(doubted),
            doubts=doubted,
            drivers=explain.drivers(model, home, self.known, count=count),
            comparables=comparables,
            near_sales=near_sales,
            model=model.version,
            configuration=self._digest,
        )

    def _write(self, answer: Valuation, row: Mapping[str, Any], home: FeatureTable, *, milliseconds: float) -> None:
        """One JSON line with all that monitoring and an objection need; the home by a keyed name only."""
        entry = {
            **asdict(answer),
            "comparables": [one.deed for one in answer.comparables],
            "property": pseudonym(row["property"], key=self._key),
            "valued_on": row["valued_on"],
            "milliseconds": round(milliseconds, 3),
            "slow": milliseconds > self.config.serving.p99_ms,
            "features": dict(zip(NAMES, home.values[0].tolist(), strict=True)),
        }
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()
