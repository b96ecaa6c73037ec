"""The advice service: one site in, one advice out with all an engineer needs to trust or doubt it, logged."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from {{ cookiecutter.package }} import caution, explain, policy
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.artefact import trusted
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.explain import Driver, Neighbour
from {{ cookiecutter.package }}.features import NAMES, Sites, compute
from {{ cookiecutter.package }}.grid import Grid
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.policy import ACTIONS, CORROBORATE
from {{ cookiecutter.package }}.privacy import pseudonym
from {{ cookiecutter.package }}.read import from_desk
from {{ cookiecutter.package }}.split import mature
from {{ cookiecutter.package }}.train import nearest_km

FALLBACK = "nearest-wells"
"""Who answers when no model may: the median of the nearest wells, always to be corroborated."""


class RefusedMessage(ValueError):
    """A message that cannot be answered; the text says what the caller must change."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do with a site and why. Recovery in thousand barrels; without a model there is no interval."""

    proposal: int
    action: str
    eur_kbbl: float
    low_kbbl: float | None
    high_kbbl: float | None
    data_quality: float
    flags: tuple[str, ...]
    drivers: tuple[Driver, ...]
    nearest_wells: tuple[Neighbour, ...]
    model: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Release:
    """The model that may answer, with the ranges it has learned from; `model` is None when none can be trusted."""

    model: Model | None
    ranges: Mapping[str, list[float]]
    problem: str = ""


def release(run: Path) -> Release:
    """The model of a run, if it is intact and reached the quality bar; else one that leaves it to the fallback."""
    model, reference, problem = trusted(run, models.load)
    return Release(model, reference.get("ranges", {}), problem)


class Service:
    """Answers for sites on the maps, by the wells drilled before the moment of asking."""

    def __init__(
        self, maps: Grid, wells: Columns, released: Release, config: Config, contract: Contract, *,
        key: bytes, log: TextIO,
    ) -> None:  # fmt: skip
        self.maps, self.wells, self.released, self.config, self.contract = maps, wells, released, config, contract
        self._known = take(wells, mature(wells["months_produced"], config.split))
        self._key, self._log, self._digest = key, log, config.digest()

    def advise(self, message: Mapping[str, Any]) -> Advice:
        """The advice on the planning desk's message, logged before it is returned.

        Raises `ContractViolation` or `RefusedMessage` for a message that must not be answered; nothing is kept of it.
        """
        begin = time.perf_counter()
        row = from_desk(message, self.contract)
        site = self._site(row)
        advice = self._advise(site)
        self._write(advice, site, message["asked_by"], milliseconds=1_000 * (time.perf_counter() - begin))
        return advice

    def _site(self, row: Mapping[str, Any]) -> Sites:
        east, north = np.array([row["east_km"]]), np.array([row["north_km"]])
        if not self.maps.inside(east, north).all():
            raise RefusedMessage("easting, northing: the site lies outside the maps")
        return compute(
            self.maps, self.wells, id=np.array([row["proposal"]]), east_km=east, north_km=north,
            at=np.array([row["asked_at"]]),
        )  # fmt: skip

    def _advise(self, site: Sites) -> Advice:
        model, level, serving = self.released.model, self.config.interval.level, self.config.serving
        near = explain.neighbours(self._known, site.east_km[0], site.north_km[0], count=serving.nearest_wells)
        if model is None:
            return self._without_model(site, near)
        predicted = model.predict(site)
        raised = caution.flags(
            model, site, predicted, nearest_km(site, self._known), self.released.ranges, self.config.caution
        )
        flags = tuple(code for code, hits in raised.items() if hits[0])
        action = policy.decide(predicted, np.array([bool(flags)]), self.config.economy, level=level)
        return Advice(
            proposal=int(site.id[0]),
            action=ACTIONS[action[0]],
            eur_kbbl=float(np.exp(predicted.mean[0])),
            low_kbbl=float(np.exp(predicted.low[0])),
            high_kbbl=float(np.exp(predicted.high[0])),
            data_quality=float(site.quality[0]),
            flags=flags,
            drivers=tuple(explain.drivers(model.regressor, site, count=serving.drivers)),
            nearest_wells=tuple(near),
            model=model.version,
            configuration=self._digest,
        )

    def _without_model(self, site: Sites, near: list[Neighbour]) -> Advice:
        return Advice(
            proposal=int(site.id[0]),
            action=ACTIONS[CORROBORATE],
            eur_kbbl=float(np.median([well.eur_kbbl for well in near])),
            low_kbbl=None,
            high_kbbl=None,
            data_quality=float(site.quality[0]),
            flags=("NO_MODEL",),
            drivers=(),
            nearest_wells=tuple(near),
            model=FALLBACK,
            configuration=self._digest,
        )

    def _write(self, advice: Advice, site: Sites, asked_by: object, *, milliseconds: float) -> None:
        """One JSON line with all that monitoring, retraining and later questions need, and no person's name."""
        entry = {
            **asdict(advice),
            "asked_at": int(site.at[0]),
            "asked_by": pseudonym(asked_by, key=self._key),
            "east_km": float(site.east_km[0]),
            "north_km": float(site.north_km[0]),
            "features": dict(zip(NAMES, site.values[0].tolist(), strict=True)),
            "milliseconds": round(milliseconds, 3),
            "slow": milliseconds > self.config.serving.p99_ms,
        }
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()
