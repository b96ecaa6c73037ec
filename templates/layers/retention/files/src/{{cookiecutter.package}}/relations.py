"""The pipeline's SQL: one text a relation, kept as files, the same for every engine.

The texts keep to what DuckDB and Spark SQL both understand and mean alike: integer seconds, no dialect's functions,
parameters written `:name`, which Spark takes as they are.
"""

from __future__ import annotations

import re
from pathlib import Path

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.population import DAY

END_OF_TIME = 2**53
_FOLDER = Path(__file__).parent / "sql"
_BUILT_ON = {
    "features": ("events", "known", "bots"),
    "labels": ("events",),
    "logged": ("events",),
    "active": ("events",),
}
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")


def statement(goal: str, *, one_user: bool = False) -> str:
    """The whole statement for `features`, `labels`, `logged` or `active`, over the tables `users` and `raw_events`.

    With `one_user` it reads the rows of the user `:only` alone; all else is the same text.
    """
    which = " WHERE user_id = :only" if one_user else ""
    tables = (f"people AS (SELECT * FROM users{which})", f"stream AS (SELECT * FROM raw_events{which})")
    parts = ",\n".join([*tables, *(f"{name} AS (\n{text(name)})" for name in _BUILT_ON[goal])])
    return f"WITH {parts}\n{text(goal)}"


def text(relation: str) -> str:
    """The text of one relation."""
    return (_FOLDER / f"{relation}.sql").read_text(encoding="utf-8")


def values(sql: str, config: Config, *, only: int | None, as_of: int) -> dict[str, float | int | None]:
    """A value for each parameter of a statement: times in seconds, `as_of` the moment until which all is known."""
    known = {
        "window": config.windows.feature_days * DAY,
        "outcome": config.windows.outcome_days * DAY,
        "grace": config.windows.grace_days * DAY,
        "bot_sessions": config.cleaning.bot_sessions,
        "bot_variety": config.cleaning.bot_variety,
        "only": only,
        "as_of": as_of,
    }
    return {name: known[name] for name in _PARAMETER.findall(_without_comments(sql))}


def for_duckdb(sql: str) -> str:
    """The same statement with its parameters as DuckDB writes them."""
    return _PARAMETER.sub(r"$\1", _without_comments(sql))


def _without_comments(sql: str) -> str:
    return re.sub(r"--.*", "", sql)
