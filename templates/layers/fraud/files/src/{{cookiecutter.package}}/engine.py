"""Where training computes the features: `engine` in the configuration says it, and the statement is the same for all.

The service keeps to `history.py` whatever the switch says: it asks for one payment and has milliseconds.
"""

from __future__ import annotations

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import EngineConfig
from {{ cookiecutter.package }}.features import FeatureTable
from {{ cookiecutter.package }}.history import History


def every_feature(engine: EngineConfig, **tables: Columns) -> FeatureTable:
    """Features of all payments."""
{%- if "spark" in cookiecutter.layers %}
    if engine.engine == "spark":
        # Imported where it is asked for: what it needs is in requirements/scale.txt alone.
        from {{ cookiecutter.package }} import spark_history

        return spark_history.features(engine, **tables)
{%- endif %}
    with History.of(engine=engine, **tables) as history:
        return history.features()
