"""One world and one run on it, shared by all tests; nothing is written outside temporary folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from {{ cookiecutter.package }} import config, contract, read, train, world
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.train import Finished, Prepared

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def settings() -> Config:
    """The committed configuration."""
    return config.load(PROJECT / "conf")


@pytest.fixture(scope="session")
def agreed() -> Contract:
    """The data contract."""
    return contract.load(PROJECT / "data" / "contract.yaml")


@pytest.fixture(scope="session")
def data(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world as a file."""
    folder = tmp_path_factory.mktemp("world")
    read.write(world.make(settings.world, seed=settings.seed), folder / "orders.csv")
    return folder


@pytest.fixture(scope="session")
def orders(data: Path, agreed: Contract) -> Columns:
    """The world as it is read back."""
    return read.read(data / "orders.csv", agreed)


@pytest.fixture(scope="session")
def prepared(orders: Columns, settings: Config) -> Prepared:
    """Features, labels and periods."""
    return train.prepare(orders, settings)


@pytest.fixture(scope="session")
def finished(data: Path, settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole run, as `train` does it."""
    return train.run(settings, data=data, project=PROJECT, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def bounds() -> dict[str, tuple[float, float]]:
    """Tolerances over many seeds, written by tests/calibrate.py."""
    found = json.loads((PROJECT / "tests" / "tolerances.json").read_text(encoding="utf-8"))
    return {name: (entry["low"], entry["high"]) for name, entry in found["figures"].items()}
