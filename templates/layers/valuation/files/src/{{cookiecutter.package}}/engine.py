"""Where the SQL of training runs: `engine` in the configuration says it, and the texts are the same for all.

The service keeps to `warehouse.py` whatever the switch says: it asks about one home and has milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FeatureTable
from {{ cookiecutter.package }}.warehouse import Warehouse


def sales_and_evidence(tables: Mapping[str, Columns], config: Config) -> tuple[FeatureTable, Array]:
    """Features of every sale as of its day, and the deeds that are plausible enough to learn from."""
{%- if "spark" in cookiecutter.layers %}
    if config.engine.engine == "spark":
        # Imported where it is asked for: what it needs is in requirements/scale.txt alone.
        from {{ cookiecutter.package }} import spark_warehouse

        return spark_warehouse.sales_and_evidence(tables, config)
{%- endif %}
    with Warehouse(tables, config.neighbourhood, config.engine) as warehouse:
        return warehouse.sales(), warehouse.evidence()
