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
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service, release
from {{ cookiecutter.package }}.train import HISTORY, Prepared, prepare, reference

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
def tables(data: Path, agreed: Contract) -> dict[str, Columns]:
    """The small world's tables with the truth."""
    return read.read(data, agreed)


@pytest.fixture(scope="session")
def prepared(tables: dict[str, Columns], settings: Config) -> Prepared:
    """Features, periods and labels of the small world."""
    return prepare(tables, settings)


@pytest.fixture(scope="session")
def finished(data: Path, settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole run on the small world, as `train` does it."""
    return pipeline.run(settings, data=data, project=PROJECT, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def normal(prepared: Prepared, finished: Finished, settings: Config) -> Reference:
    """What the monitor takes for normal."""
    return reference(prepared, finished.model, settings)


@pytest.fixture(scope="session")
def bounds() -> dict[str, tuple[float, float]]:
    """Tolerances over many seeds, written by tests/calibrate.py."""
    found = json.loads((PROJECT / "tests" / "tolerances.json").read_text(encoding="utf-8"))
    return {name: (entry["low"], entry["high"]) for name, entry in found["figures"].items()}


@pytest.fixture(scope="session")
def upcoming(prepared: Prepared) -> list[int]:
    """Payments of the test period that the service has still to decide on: every fraud of a week, and some others."""
    rows = np.flatnonzero(prepared.split.test)
    fraud = prepared.tables["truth"]["fraud"][rows] == 1
    return sorted([*rows[fraud][:24].tolist(), *rows[~fraud][:: max(1, len(rows) // 36)].tolist()])


@pytest.fixture
def log() -> io.StringIO:
    """The prediction log."""
    return io.StringIO()


@pytest.fixture(scope="session")
def waiting(tables: dict[str, Columns], upcoming: list[int]) -> Iterator[History]:
    """A history that has yet to hear of the upcoming payments."""
    known = {name: tables[name] for name in HISTORY}
    known["payments"] = take(known["payments"], ~np.isin(known["payments"]["payment"], upcoming))
    with History.of(**known) as history:
        yield history


@pytest.fixture
def service(
    waiting: History, finished: Finished, settings: Config, agreed: Contract, log: io.StringIO
) -> Iterator[Service]:
    """The released model behind the service; what a test adds to the history is taken back after it."""
    waiting.database.begin()
    yield Service(waiting, release(finished.run.folder), settings, agreed, key=KEY, log=log)
    waiting.database.rollback()


@pytest.fixture(scope="session")
def messages(tables: dict[str, Columns], upcoming: list[int]) -> list[dict[str, Any]]:
    """The upcoming payments as the gateway sends them: amounts in cents, its own names."""
    rows = tables["payments"]
    return [
        {
            "id": int(rows["payment"][row]),
            "timestamp": int(rows["paid_at"][row]),
            "customer": int(rows["customer"][row]),
            "card_token": int(rows["card"][row]),
            "device": int(rows["device"][row]),
            "method": str(rows["method"][row]),
            "amount_minor": round(float(rows["amount"][row]) * 100),
            "currency": str(rows["currency"][row]),
            "ip_country": str(rows["country"][row]),
            "card_country": str(rows["card_country"][row]),
        }
        for row in upcoming
    ]
