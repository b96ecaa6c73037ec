"""The desk opened: the newest run's model, the history in the data, the pseudonym key and the prediction log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import contract, read, record, rules
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import Desk
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.serve import RefusedMessage, Service, release
from {{ cookiecutter.package }}.train import HISTORY


@contextmanager
def open_desk(config: Config, *, project: Path, data: Path, runs: Path) -> Iterator[Desk]:
    """A desk that decides on payments. Raises `FileNotFoundError` without a run or without data."""
    released = release(record.latest(runs))
    agreed = contract.load(project / "data" / "contract.yaml")
    tables = read.read(data, agreed)
    known = {name: tables[name] for name in HISTORY}
    key = read_key(project / ".secrets")
    with (
        (runs / "predictions.jsonl").open("a", encoding="utf-8") as log,
        History.of(engine=config.engine, **known) as history,
    ):
        service = Service(history, released, config, agreed, key=key, log=log)

        def answer(message: Mapping[str, Any]) -> dict[str, Any]:
            return asdict(service.decide(message))

        model = released.model.version if released.model else rules.VERSION
        yield Desk(answer, (ContractViolation, RefusedMessage), model, config.digest(), released.problem)
