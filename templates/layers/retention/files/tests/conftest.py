"""One small world and one run on it, shared by all tests; nothing is written outside temporary folders."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import config, contract, pipeline, plan, read
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.serve import Service, release
from {{ cookiecutter.package }}.train import Prepared, prepare, reference
from {{ cookiecutter.package }}.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[1]
KEY = bytes(range(32))

Message = dict[str, Any]


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
def planned() -> Plan:
    """The logging plan."""
    return plan.load(PROJECT / "data" / "logging_plan.yaml")


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
def warehouse(tables: dict[str, Columns], settings: Config) -> Iterator[Warehouse]:
    """The small world's tables where the SQL runs; for reading only."""
    with Warehouse.of(settings, tables) as made:
        yield made


@pytest.fixture(scope="session")
def prepared(tables: dict[str, Columns], settings: Config, planned: Plan) -> Prepared:
    """Features, periods and labels of the small world."""
    return prepare(tables, settings, planned)


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
    """Positions of users of the test period about whom the service will be asked, across all scores."""
    rows = np.flatnonzero(prepared.split.test)
    by_sessions = rows[np.argsort(prepared.features.column("sessions")[rows], kind="stable")]
    return [int(row) for row in by_sessions[:: len(rows) // 24]]


@pytest.fixture
def log() -> io.StringIO:
    """The prediction log."""
    return io.StringIO()


@pytest.fixture(scope="session")
def as_sent() -> Callable[[Columns, int], Message]:
    """A row of `raw_events` as its collector sent it, in the layout of the time."""

    def message(events: Columns, row: int) -> Message:
        value = {name: events[name][row].item() for name in events}
        names = (
            ("id", "source", "user", "event", "app", "time", "received")
            if value["layout"] == 1
            else ("event_id", "source", "uid", "type", "release", "occurred_s", "received_s")
        )
        columns = ("event_id", "source", "user_id", "name", "version", "occurred_at", "received_at")
        made: Message = {theirs: value[ours] for theirs, ours in zip(names, columns, strict=True)}
        if value["name"] == "session_end":
            made["seconds" if value["layout"] == 1 else "length_ms"] = value["length"]
        return made

    return message


@pytest.fixture(scope="session")
def waiting(
    tables: dict[str, Columns], prepared: Prepared, upcoming: list[int], settings: Config
) -> Iterator[Warehouse]:
    """A warehouse that has yet to hear of the upcoming users."""
    heard = ~np.isin(tables["raw_events"]["user_id"], prepared.features.user_id[upcoming])
    known = {"users": tables["users"], "raw_events": take(tables["raw_events"], heard)}
    with Warehouse.of(settings, known) as made:
        yield made


@pytest.fixture
def service(
    waiting: Warehouse, finished: Finished, settings: Config, agreed: Contract, log: io.StringIO
) -> Iterator[Service]:
    """The released model behind the service; what a test adds to the warehouse is taken back after it."""
    waiting.database.begin()
    yield Service(waiting, release(finished.run.folder), settings, agreed, key=KEY, log=log)
    waiting.database.rollback()


@pytest.fixture(scope="session")
def events(
    tables: dict[str, Columns], prepared: Prepared, upcoming: list[int], as_sent: Callable[[Columns, int], Message]
) -> list[Message]:
    """Every delivery of the upcoming users' events, in the order in which they arrived."""
    rows = np.flatnonzero(np.isin(tables["raw_events"]["user_id"], prepared.features.user_id[upcoming]))
    return [as_sent(tables["raw_events"], int(row)) for row in rows]


@pytest.fixture(scope="session")
def questions(prepared: Prepared, upcoming: list[int]) -> list[Message]:
    """One question about each upcoming user, on the seventh day."""
    features = prepared.features
    return [{"user": int(features.user_id[row]), "at": int(features.moment[row])} for row in upcoming]
