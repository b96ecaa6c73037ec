"""Who does the work: `engine` in the configuration says it, and what is done is the same whoever does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from torch import Tensor, nn

from {{ cookiecutter.package }}.config import EngineConfig

Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""A function done to each of some blocks, the results in the order of the blocks: `map`, or the same on a cluster."""


@contextmanager
def each_block(engine: EngineConfig) -> Iterator[Each]:
    """How a function is done to every block of the archive."""
{%- if "dask" in cookiecutter.layers %}
    if engine.engine == "dask":
        # Imported where it is asked for: what it needs is in requirements/scale.txt alone.
        from {{ cookiecutter.package }} import dask_blocks

        with dask_blocks.each_block(engine) as each:
            yield each
        return
{%- endif %}
    yield map


class Place(Protocol):
    """Where a process stands among those that train together: it takes every `workers`-th sample, from `rank` on."""

    @property
    def rank(self) -> int:
        """Its number."""

    @property
    def workers(self) -> int:
        """How many there are."""

    def total(self, value: Tensor) -> Tensor:
        """The sum of a value over all processes."""

    def add_up(self, network: nn.Module) -> None:
        """Give each weight the sum of its gradients over all processes."""


class Alone:
    """One process that takes everything."""

    rank, workers = 0, 1

    def total(self, value: Tensor) -> Tensor:
        """The value itself."""
        return value

    def add_up(self, network: nn.Module) -> None:
        """Nothing is elsewhere."""


ALONE = Alone()
