"""The desk opened: the newest run's model, the sales in the data, the pseudonym key and the prediction log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import baseline, contract, read, record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import Desk
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.serve import RefusedMessage, Service, release, sold
from {{ cookiecutter.package }}.train import prepare


@contextmanager
def open_desk(config: Config, *, project: Path, data: Path, runs: Path) -> Iterator[Desk]:
    """A desk that values homes. Raises `FileNotFoundError` without a run or without data."""
    released = release(record.latest(runs))
    agreed = contract.load(project / "data" / "contract.yaml")
    prepared = prepare(read.read(data, agreed), config)
    key = read_key(project / ".secrets")
    with (runs / "predictions.jsonl").open("a", encoding="utf-8") as log:
        service = Service(prepared.tables, sold(prepared), released, config, agreed, key=key, log=log)

        def answer(message: Mapping[str, Any]) -> dict[str, Any]:
            return asdict(service.value(message))

        model = released.model.version if released.model else baseline.LEGACY
        with closing(service.warehouse):
            yield Desk(answer, (ContractViolation, RefusedMessage), model, config.digest(), released.problem)
