"""The desk opened: the newest run's model, the events in the data, the pseudonym key and the prediction log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import baseline, contract, read, record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import Desk
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.serve import RefusedMessage, Service, release
from {{ cookiecutter.package }}.warehouse import Warehouse


@contextmanager
def open_desk(config: Config, *, project: Path, data: Path, runs: Path) -> Iterator[Desk]:
    """A desk that takes events and answers questions (those have `at`). Raises `FileNotFoundError` without a run."""
    released = release(record.latest(runs))
    agreed = contract.load(project / "data" / "contract.yaml")
    tables = read.read(data, agreed)
    key = read_key(project / ".secrets")
    with (
        (runs / "predictions.jsonl").open("a", encoding="utf-8") as log,
        Warehouse.of(config, tables) as warehouse,
    ):
        service = Service(warehouse, released, config, agreed, key=key, log=log)

        def answer(message: Mapping[str, Any]) -> dict[str, Any]:
            if "at" in message:
                return asdict(service.predict(message))
            service.receive(message)
            return {"received": True}

        model = released.model.version if released.model else baseline.VERSION
        yield Desk(answer, (ContractViolation, RefusedMessage), model, config.digest(), released.problem)
