"""One small world and one run on it, shared by all tests; nothing is written outside temporary folders."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import config, contract, pipeline, read
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service, release
from {{ cookiecutter.package }}.train import Prepared, prepare

PROJECT = Path(__file__).resolve().parents[1]
KEY = bytes(range(32))


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def settings() -> Config:
    """The committed configuration with the small world and the seed for which the tests were calibrated."""
    return small(seed=7)


def small(*, seed: int, **model: object) -> Config:
    """The configuration of the tests."""
    changes = json.loads((PROJECT / "tests" / "small.json").read_text(encoding="utf-8"))
    changes["model"] = {**changes["model"], **model}
    return config.load(PROJECT / "conf", seed=seed, **changes)


@pytest.fixture(scope="session")
def agreed() -> Contract:
    """The data contract."""
    return contract.load(PROJECT / "data" / "contract.yaml")


@pytest.fixture(scope="session")
def data(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world's files."""
    folder = tmp_path_factory.mktemp("world")
    pipeline.make_world(settings, folder)
    return folder


@pytest.fixture(scope="session")
def archive(data: Path, agreed: Contract) -> Archive:
    """The small world as it is read."""
    return read.read(data, agreed)


@pytest.fixture(scope="session")
def prepared(archive: Archive, settings: Config) -> Prepared:
    """Periods, region, scaling and baseline of the small world."""
    return prepare(archive, settings)


@pytest.fixture(scope="session")
def finished(data: Path, settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole run on the small world, as `train` does it."""
    return pipeline.run(settings, data=data, project=PROJECT, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def model(finished: Finished) -> Model:
    """The model of that run."""
    return finished.trained.model


@pytest.fixture(scope="session")
def bounds() -> dict[str, tuple[float, float]]:
    """Tolerances over many seeds, written by tests/calibrate.py."""
    found = json.loads((PROJECT / "tests" / "tolerances.json").read_text(encoding="utf-8"))
    return {name: (entry["low"], entry["high"]) for name, entry in found["figures"].items()}


@pytest.fixture(scope="session")
def hours(prepared: Prepared, settings: Config) -> list[int]:
    """Six hours of the test period, one after the other, the satellite blind in part of one at least."""
    period = prepared.split.test.origins(longest=max(settings.forecast.leads_h))
    images = np.asarray(prepared.archive.satellite[int(period[0]) : int(period[-1]) + 1])
    blind = int(np.flatnonzero(np.isnan(images).any(axis=(1, 2)))[0])
    first = min(blind, len(period) - 6)
    return [int(hour) for hour in period[first : first + 6]]


@pytest.fixture(scope="session")
def messages(archive: Archive, hours: list[int]) -> list[dict[str, Any]]:
    """The hour before those, and those, as they are sent."""
    return [message(archive, hour) for hour in (hours[0] - 1, *hours)]


def message(archive: Archive, hour: int) -> dict[str, Any]:
    """One hour of the archive as JSON holds it."""
    image, observed = np.asarray(archive.satellite[hour]), np.asarray(archive.observed[hour])
    return {
        "hour": hour,
        "satellite": [[None if np.isnan(value) else float(value) for value in row] for row in image],
        "stations": {
            str(number): float(value)
            for number, value in zip(archive.stations.station, observed, strict=True)
            if np.isfinite(value)
        },
    }


@pytest.fixture
def log() -> io.StringIO:
    """The prediction log."""
    return io.StringIO()


@pytest.fixture
def service(archive: Archive, finished: Finished, settings: Config, agreed: Contract, log: io.StringIO) -> Service:
    """The released model behind the service."""
    return Service(archive, release(finished.run.folder), settings, agreed, key=KEY, log=log)


Settings = Callable[..., Config]


@pytest.fixture(scope="session")
def changed() -> Settings:
    """Other settings of the tests: `changed(seed=8, steps=40)`."""
    return small
