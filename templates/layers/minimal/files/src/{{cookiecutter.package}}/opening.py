"""The desk opened: the newest run's model behind it, and every answer in the prediction log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import contract, record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import Desk
from {{ cookiecutter.package }}.serve import Service


@contextmanager
def open_desk(config: Config, *, project: Path, data: Path, runs: Path) -> Iterator[Desk]:
    """A desk that answers for orders. Raises `FileNotFoundError` where nothing has been trained.

    An order is answered from itself alone, so `data` is not read.
    """
    service = Service(record.latest(runs), config, contract.load(project / "data" / "contract.yaml"))
    with (runs / "predictions.jsonl").open("a", encoding="utf-8") as log:

        def answer(message: Mapping[str, Any]) -> dict[str, Any]:
            found = asdict(service.answer(message))
            log.write(json.dumps(found) + "\n")
            log.flush()
            return found

        model = service.model.version if service.model else "none"
        yield Desk(answer, (ContractViolation,), model, config.digest(), service.problem)
