"""The desk opened: the newest run's model, plays and media in the data, the pseudonym key and the prediction log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from {{ cookiecutter.package }} import contract, pipeline, record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import Desk
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.serve import FALLBACK, RefusedMessage, Service, release


@contextmanager
def open_desk(config: Config, *, project: Path, data: Path, runs: Path) -> Iterator[Desk]:
    """A desk that recommends to users. Raises `FileNotFoundError` without a run or without data."""
    torch.set_num_threads(1)
    released = release(record.latest(runs))
    tables, media = pipeline.read_all(data, contract.load(project / "data" / "contract.yaml"))
    kept = {name: tables[name] for name in ("users", "items", "plays")}
    key = read_key(project / ".secrets")
    with (
        (runs / "predictions.jsonl").open("a", encoding="utf-8") as log,
        History.of(engine=config.engine, **kept) as history,
    ):
        service = Service(history, media, released, config, key=key, log=log)

        def answer(message: Mapping[str, Any]) -> dict[str, Any]:
            return asdict(service.recommend(message))

        model = released.model.version if released.model else FALLBACK
        yield Desk(answer, (RefusedMessage,), model, config.digest(), released.problem)
