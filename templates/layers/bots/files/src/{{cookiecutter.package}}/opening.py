"""The desk opened: the newest run's model, all sessions in the data, the pseudonym key and the prediction log."""

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
from {{ cookiecutter.package }}.memory import Memory
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.serve import RefusedMessage, Service, release


@contextmanager
def open_desk(config: Config, *, project: Path, data: Path, runs: Path) -> Iterator[Desk]:
    """A desk that judges accounts. Raises `FileNotFoundError` without a run or without data."""
    released = release(record.latest(runs))
    agreed = contract.load(project / "data" / "contract.yaml")
    memory, key = Memory.of(read.read(data, agreed)), read_key(project / ".secrets")
    with (runs / "predictions.jsonl").open("a", encoding="utf-8") as log:
        service = Service(memory, released, config, agreed, key=key, log=log)

        def answer(message: Mapping[str, Any]) -> dict[str, Any]:
            return asdict(service.judge(message))

        model = released.model.version if released.model else rules.VERSION
        yield Desk(answer, (ContractViolation, RefusedMessage), model, config.digest(), released.problem)
