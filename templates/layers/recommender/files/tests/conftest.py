"""One small world and one run on it, shared by all tests; nothing is written outside temporary folders."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from {{ cookiecutter.package }} import config, contract, pipeline
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import Vectors
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service, release
from {{ cookiecutter.package }}.train import Prepared, prepare

PROJECT = Path(__file__).resolve().parents[1]
KEY = bytes(range(32))

torch.set_num_threads(1)


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
def world_read(data: Path, agreed: Contract) -> tuple[dict[str, Columns], Media]:
    """The small world's tables with the truth, and its media."""
    return pipeline.read_all(data, agreed)


@pytest.fixture(scope="session")
def tables(world_read: tuple[dict[str, Columns], Media]) -> dict[str, Columns]:
    """The small world's tables with the truth."""
    return world_read[0]


@pytest.fixture(scope="session")
def media(world_read: tuple[dict[str, Columns], Media]) -> Media:
    """The small world's media."""
    return world_read[1]


@pytest.fixture(scope="session")
def prepared(tables: dict[str, Columns], media: Media, settings: Config) -> Prepared:
    """History, periods and requests of the small world."""
    return prepare(tables, media, settings)


@pytest.fixture(scope="session")
def finished(data: Path, settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole run on the small world, as `train` does it."""
    return pipeline.run(settings, data=data, project=PROJECT, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def vectors(finished: Finished, media: Media) -> Vectors:
    """All items in the space of tastes, by the finished run's model."""
    return finished.model.learned.vectors(media)


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
def service(
    tables: dict[str, Columns], media: Media, finished: Finished, settings: Config, log: io.StringIO
) -> Iterator[Service]:
    """The released model behind the service."""
    kept = {name: tables[name] for name in ("users", "items", "plays")}
    with History.of(**kept) as history:
        yield Service(history, media, release(finished.run.folder), settings, key=KEY, log=log)
