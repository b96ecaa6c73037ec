"""One small world and one run on it, shared by all tests; nothing is written outside temporary folders."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from {{ cookiecutter.package }} import config, contract, pipeline, read, world
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables
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
def tables(data: Path, agreed: Contract) -> Tables:
    """The small world's maps and tables with the truth, through the door."""
    return read.read(data, agreed)


@pytest.fixture(scope="session")
def prepared(tables: Tables, settings: Config) -> Prepared:
    """Sites, labels and folds of the small world."""
    return prepare(tables, settings)


@pytest.fixture(scope="session")
def finished(data: Path, settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole run on the small world, as `train` does it."""
    return pipeline.run(settings, data=data, project=PROJECT, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def bounds() -> dict[str, tuple[float, float]]:
    """Tolerances over many seeds, written by tests/calibrate.py."""
    found = json.loads((PROJECT / "tests" / "tolerances.json").read_text(encoding="utf-8"))
    return {name: (entry["low"], entry["high"]) for name, entry in found["figures"].items()}


@pytest.fixture
def log() -> io.StringIO:
    """The prediction log."""
    return io.StringIO()


@pytest.fixture
def service(tables: Tables, finished: Finished, settings: Config, agreed: Contract, log: io.StringIO) -> Service:
    """The released model behind the service."""
    released = release(finished.run.folder)
    return Service(tables.maps, tables.wells, released, settings, agreed, key=KEY, log=log)


@pytest.fixture(scope="session")
def messages(tables: Tables) -> list[dict[str, Any]]:
    """Proposals as the planning desk sends them: metres, its own names."""
    rows = range(0, len(tables.proposals["proposal"]), 4)
    return [world.message(tables.proposals, row, asked_by="Ada Example") for row in rows]
