"""The desk opened: the newest run's model, maps and wells in the data, the pseudonym key and the prediction log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import contract, read, record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import Desk
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.serve import FALLBACK, RefusedMessage, Service, release


@contextmanager
def open_desk(config: Config, *, project: Path, data: Path, runs: Path) -> Iterator[Desk]:
    """A desk that advises on sites. Raises `FileNotFoundError` without a run or without data."""
    released = release(record.latest(runs))
    agreed = contract.load(project / "data" / "contract.yaml")
    tables, key = read.read(data, agreed), read_key(project / ".secrets")
    with (runs / "predictions.jsonl").open("a", encoding="utf-8") as log:
        service = Service(tables.maps, tables.wells, released, config, agreed, key=key, log=log)

        def answer(message: Mapping[str, Any]) -> dict[str, Any]:
            return asdict(service.advise(message))

        model = released.model.version if released.model else FALLBACK
        yield Desk(answer, (ContractViolation, RefusedMessage), model, config.digest(), released.problem)
