"""The forecast service: an hour's image and observations in, forecasts for every farm out, logged; without a usable
model the stations alone decide, and the answer says so."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from {{ cookiecutter.package }} import baseline
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.artefact import trusted
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.evaluate import power
from {{ cookiecutter.package }}.explain import quality
from {{ cookiecutter.package }}.features import Region, scene
from {{ cookiecutter.package }}.fields import Archive, Snapshot
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.motion import displacement
from {{ cookiecutter.package }}.privacy import pseudonym
from {{ cookiecutter.package }}.read import from_message


class RefusedMessage(ValueError):
    """A message that cannot be answered; the text says what the caller must change."""


@dataclass(frozen=True, slots=True)
class FarmForecast:
    """One farm (its station's number) at one lead: wind and interval (m/s), power as a share of capacity, and how
    far to trust it. The interval is None where no model speaks."""

    station: int
    lead: int
    speed: float
    low: float | None
    high: float | None
    power: float
    seen: bool
    support: float
    advice: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is forecast from one hour, and by what."""

    hour: int
    farms: tuple[FarmForecast, ...]
    model: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Release:
    """The model that may forecast; None when there is none to be trusted, and then why."""

    model: Model | None
    problem: str = ""


def release(run: Path) -> Release:
    """The model of a run, if it is intact and reached the quality bar."""
    model, _, problem = trusted(run, models.load)
    return Release(model, problem)


class Service:
    """Forecasts hour by hour; it keeps the hour before, from which the flow is measured."""

    def __init__(
        self, archive: Archive, released: Release, config: Config, contract: Contract, *, key: bytes, log: TextIO
    ) -> None:
        self.archive, self.released, self.config, self.contract = archive, released, config, contract
        self.region = Region.of(archive, radius=config.features.station_radius_cells)
        self._before: Snapshot | None = None
        self._key, self._log, self._digest = key, log, config.digest()

    def answer(self, message: Mapping[str, Any]) -> Answer:
        """The forecasts from a message, logged before they are returned.

        Raises `ContractViolation` or `RefusedMessage` for a message that must not be answered; nothing is kept of it.
        """
        begin = time.perf_counter()
        now = from_message(message, self.archive, self.contract)
        if self._before is not None and now.hour <= self._before.hour:
            raise RefusedMessage(f"hour: {now.hour} is not after {self._before.hour}, which was answered already")
        found = Answer(now.hour, tuple(self._farms(now)), self._version, self._digest)
        self._write(found, now, milliseconds=1_000 * (time.perf_counter() - begin))
        self._before = now
        return found

    @property
    def _version(self) -> str:
        return self.released.model.version if self.released.model is not None else baseline.FALLBACK

    def _farms(self, now: Snapshot) -> Iterator[FarmForecast]:
        model = self.released.model
        if model is None:
            yield from self._by_stations(now)
            return
        seen_now = scene(self._before, now, self.region, model.scaling)
        for lead in self.config.forecast.leads_h:
            fields, data = model.forecast(seen_now, lead), quality(seen_now, lead)
            for number, row, column in self._cells():
                speed, width = float(fields.speed[row, column]), float(fields.halfwidth[row, column])
                seen, support, advice = data.at(row, column)
                yield FarmForecast(
                    number, lead, speed, max(speed - width, 0.0), speed + width,
                    self._power(speed), seen, support, advice,
                )  # fmt: skip

    def _by_stations(self, now: Snapshot) -> Iterator[FarmForecast]:
        before = self._before
        moved = before is not None and before.hour == now.hour - 1
        flow = displacement(before.satellite, now.satellite) if before is not None and moved else (0.0, 0.0)
        for lead in self.config.forecast.leads_h:
            try:
                speeds = baseline.from_stations(now, self.region, flow, lead)
            except ValueError as error:
                raise RefusedMessage(str(error)) from error
            for number, row, column in self._cells():
                speed = float(speeds[row, column])
                yield FarmForecast(
                    number, lead, speed, None, None, self._power(speed), False, 0.0, "stations alone: fronts are missed"
                )

    def _cells(self) -> Iterator[tuple[int, int, int]]:
        stations = self.archive.stations
        yield from zip(stations.station.tolist(), stations.row.tolist(), stations.column.tolist(), strict=True)

    def _power(self, speed: float) -> float:
        return float(power(np.array(speed), self.config.power))

    def _write(self, found: Answer, now: Snapshot, *, milliseconds: float) -> None:
        """One JSON line with all that verification, monitoring and retraining need; stations, which are people's, by
        pseudonym."""
        silent = self.archive.stations.station[np.isnan(now.observed)].tolist()
        entry = {
            "hour": found.hour,
            "model": found.model,
            "configuration": found.configuration,
            "unseen_share": float(np.isnan(now.satellite).mean()),
            "silent": [pseudonym(number, key=self._key) for number in silent],
            "milliseconds": round(milliseconds, 3),
            "slow": milliseconds > self.config.serving.p99_ms,
            "farms": [
                {"station": pseudonym(farm.station, key=self._key), "lead": farm.lead, "speed": farm.speed,
                 "low": farm.low, "high": farm.high, "power": farm.power, "seen": farm.seen}
                for farm in found.farms
            ],
        }  # fmt: skip
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()
