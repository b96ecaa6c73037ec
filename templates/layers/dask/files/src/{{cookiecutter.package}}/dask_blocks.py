"""Blocks of the archive on Dask: each worker opens the archive, reads its block and sends back a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Client

from {{ cookiecutter.package }}.config import EngineConfig
from {{ cookiecutter.package }}.engine import Each


@contextmanager
def each_block(engine: EngineConfig) -> Iterator[Each]:
    """`map` on a cluster: one of this machine's own, or the one that DASK_SCHEDULER_ADDRESS names."""
    with Client(n_workers=engine.threads, threads_per_worker=1, dashboard_address=":0") as client:

        def each(work: Callable[[Any], Any], blocks: Iterable[Any]) -> Iterable[Any]:
            # Not `pure`: the same call would be answered from memory, although the archive may have changed.
            return list(client.gather(client.map(work, list(blocks), pure=False)))

        yield each
