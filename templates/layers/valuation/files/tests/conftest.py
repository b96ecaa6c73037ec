"""One small world and one run on it, shared by all tests; nothing is written outside temporary folders."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import config, contract, pipeline, read
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service, release, sold
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared, prepare, reference

PROJECT = Path(__file__).resolve().parents[1]
KEY = bytes(range(32))
ASKED = 40


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def settings() -> Config:
    """The committed configuration with the small world and the seed for which the tests were calibrated."""
    return config.load(PROJECT / "conf", world={"size": "small"}, seed=7)


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
def tables(data: Path, agreed: Contract) -> dict[str, Columns]:
    """The small world's tables with the truth."""
    return read.read(data, agreed)


@pytest.fixture(scope="session")
def prepared(tables: dict[str, Columns], settings: Config) -> Prepared:
    """Features and periods of the small world."""
    return prepare(tables, settings)


@pytest.fixture(scope="session")
def newest(prepared: Prepared) -> Origin:
    """The origin whose model is released."""
    return prepared.origins[-1]


@pytest.fixture(scope="session")
def finished(data: Path, settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole run on the small world, as `train` does it."""
    return pipeline.run(settings, data=data, project=PROJECT, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def normal(prepared: Prepared, newest: Origin, finished: Finished, settings: Config) -> Reference:
    """What the monitor takes for normal."""
    return reference(prepared, newest, finished.model, settings)


@pytest.fixture(scope="session")
def bounds() -> dict[str, tuple[float, float]]:
    """Tolerances over many seeds, written by tests/calibrate.py."""
    found = json.loads((PROJECT / "tests" / "tolerances.json").read_text(encoding="utf-8"))
    return {name: (entry["low"], entry["high"]) for name, entry in found["figures"].items()}


@pytest.fixture(scope="session")
def asked(prepared: Prepared, newest: Origin) -> list[int]:
    """Positions of sales of the test year that the bank asks about, as if on their day."""
    return newest.test[:: max(1, len(newest.test) // ASKED)].tolist()


@pytest.fixture
def log() -> io.StringIO:
    """The prediction log."""
    return io.StringIO()


@pytest.fixture(scope="session")
def started(
    tables: dict[str, Columns], prepared: Prepared, finished: Finished, settings: Config, agreed: Contract
) -> Iterator[Service]:
    """The released model behind the service."""
    service = Service(
        tables, sold(prepared), release(finished.run.folder), settings, agreed, key=KEY, log=io.StringIO()
    )
    yield service
    service.warehouse.close()


@pytest.fixture
def service(started: Service, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service with a log of the test's own."""
    monkeypatch.setattr(started, "_log", log)
    return started


@pytest.fixture(scope="session")
def messages(tables: dict[str, Columns], prepared: Prepared, asked: list[int]) -> list[dict[str, Any]]:
    """The homes asked about as the bank sends them."""
    deeds, homes = tables["deeds"], tables["properties"]
    found = []
    for row in asked:
        deed = int(np.flatnonzero(deeds["deed"] == prepared.features.subject[row])[0])
        home = int(np.flatnonzero(homes["property"] == deeds["property"][deed])[0])
        names = ("property", "town", "x_m", "y_m", "area", "area_unit", "rooms", "built_year", "condition")
        message = {name: homes[name][home].item() for name in names}
        found.append({"subject": int(deeds["deed"][deed]), "valued_on": int(deeds["sold_on"][deed]), **message})
    return found
