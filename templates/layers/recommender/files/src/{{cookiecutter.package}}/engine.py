"""What `engine` in the configuration decides: who counts the plays, and where the towers are trained.

Statements, equations and batches are the same for all. The service keeps to `history.py` whatever the switch says: it
asks about one user and has milliseconds.
"""

from __future__ import annotations

from {{ cookiecutter.package }} import tower_fit
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config, EngineConfig
from {{ cookiecutter.package }}.counts import Counts
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.tower import Tower
from {{ cookiecutter.package }}.tower_fit import Lessons


def counts(engine: EngineConfig, **tables: Columns) -> Counts:
    """The plays of `users`, `items` and `plays`, to be counted."""
{%- if "spark" in cookiecutter.layers %}
    if engine.engine == "spark":
        # Imported where it is asked for: what it needs is in requirements/scale.txt alone.
        from {{ cookiecutter.package }}.spark_history import SparkHistory

        return SparkHistory(engine, **tables)
{%- endif %}
    return History.of(engine=engine, **tables)


def towers(lessons: Lessons, config: Config, *, members: int) -> tuple[Tower, ...]:
    """Towers of the same lessons, which differ by seed."""
    seeds = [100 * config.seed + member for member in range(members)]
{%- if "torchrun" in cookiecutter.layers %}
    if config.engine.engine == "torchrun":
        from {{ cookiecutter.package }} import torchrun_fit  # processes are started only if they are asked for

        return torchrun_fit.fit(lessons, config, seeds)
{%- endif %}
    return tuple(tower_fit.fit(lessons, config.tower, seed=seed) for seed in seeds)
