"""One small world and one run on it, shared by all tests; nothing is written outside temporary folders."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from {{ cookiecutter.package }} import config, contract, pipeline, read
from {{ cookiecutter.package }}.columns import Array, Columns, length, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.memory import Memory
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.players import ACTIONS, STREETS
from {{ cookiecutter.package }}.read import Sitting
from {{ cookiecutter.package }}.serve import Service, release
from {{ cookiecutter.package }}.train import Prepared, prepare, reference

PROJECT = Path(__file__).resolve().parents[1]
KEY = bytes(range(32))


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Equal bits on every machine, and no quarrel with other tests about processors."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def settings() -> Config:
    """The committed configuration, but the small world, a short learning curve and the calibrated seed."""
    return config.load(PROJECT / "conf", world={"size": "small"}, curve={"shares": [0.5], "draws": 1}, seed=7)


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
    """Windows, periods and labels of the small world."""
    return prepare(tables, settings)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of the shared run."""
    return tmp_path_factory.mktemp("journal") / "experiments.jsonl"


@pytest.fixture(scope="session")
def finished(data: Path, settings: Config, history: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole run on the small world, as `train` does it."""
    return pipeline.run(settings, data=data, project=PROJECT, runs=tmp_path_factory.mktemp("runs"), history=history)


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
def upcoming(prepared: Prepared) -> Array:
    """Accounts of the test period whose newest session the service has still to judge: bots, and as many people."""
    account = prepared.test.windows.account
    bot = prepared.bots(account) == 1
    return np.sort(np.r_[account[bot][:15], account[~bot][:15]])


@pytest.fixture(scope="session")
def newest(tables: dict[str, Columns], upcoming: Array) -> list[int]:
    """Position of the newest session of each of these accounts, in order of time."""
    sessions = tables["sessions"]
    rows = [int(np.flatnonzero(sessions["account"] == account).max()) for account in upcoming]
    return sorted(rows, key=lambda row: int(sessions["began_at"][row]))


@pytest.fixture
def log() -> io.StringIO:
    """The prediction log."""
    return io.StringIO()


@pytest.fixture(scope="session")
def remembered(tables: dict[str, Columns], newest: list[int]) -> Memory:
    """All sessions but the upcoming ones; for reading only."""
    upcoming = np.isin(np.arange(length(tables["sessions"])), newest)
    return Memory.of({**tables, "sessions": take(tables["sessions"], ~upcoming)})


@pytest.fixture
def service(remembered: Memory, finished: Finished, settings: Config, agreed: Contract, log: io.StringIO) -> Service:
    """The released model behind the service, with a memory of its own."""
    memory = Memory(accounts=set(remembered.accounts))
    for session, row in remembered.sessions.items():
        memory.add(Sitting(row, remembered.actions[session]))
    return Service(memory, release(finished.run.folder), settings, agreed, key=KEY, log=log)


@pytest.fixture(scope="session")
def messages(tables: dict[str, Columns], newest: list[int]) -> list[dict[str, Any]]:
    """The upcoming sessions as the game server sends them: its own names, streets and actions in words."""
    return [message_of(tables, row) for row in newest]


def message_of(tables: dict[str, Columns], row: int) -> dict[str, Any]:
    """A session of the tables as the game server's message."""
    sessions, actions = tables["sessions"], tables["actions"]
    mine = take(actions, actions["session"] == sessions["session"][row])
    mine = take(mine, np.argsort(mine["number"]))
    return {
        "id": int(sessions["session"][row]),
        "player": int(sessions["account"][row]),
        "fingerprint": int(sessions["device"][row]),
        "timestamp": int(sessions["began_at"][row]),
        "stake_cents": int(sessions["stake_cents"][row]),
        "actions": [
            [STREETS[street], ACTIONS[action], float(fraction), int(milliseconds)]
            for street, action, fraction, milliseconds in zip(
                mine["street"], mine["action"], mine["fraction"], mine["milliseconds"], strict=True
            )
        ],
    }
