"""Where the SQL of training runs: `engine` in the configuration says it, and the texts are the same for all.

The service keeps to `warehouse.py` whatever the switch says: it asks for one user's rows and has milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.relations import END_OF_TIME
from {{ cookiecutter.package }}.warehouse import Warehouse


class Engine(Protocol):
    """Answers the statements of `sql/` over the `users` and `raw_events` that it was given."""

    def ask(self, goal: str, *, only: int | None = None, as_of: int = END_OF_TIME) -> Columns:
        """The answer to `features`, `labels`, `logged` or `active`, in the order that the statement gives it."""


@contextmanager
def opened(config: Config, tables: Mapping[str, Columns]) -> Iterator[Engine]:
    """The configured engine with the tables in it."""
{%- if "spark" in cookiecutter.layers %}
    if config.engine.engine == "spark":
        # Imported where it is asked for: what it needs is in requirements/scale.txt alone.
        from {{ cookiecutter.package }} import spark_warehouse

        with spark_warehouse.opened(config, tables) as distributed:
            yield distributed
        return
{%- endif %}
    with Warehouse.of(config, tables) as embedded:
        yield embedded
