"""The pipeline's SQL: one text a relation, kept as files, the same for every engine.

The texts keep to what DuckDB and Spark SQL both understand and mean alike: integer seconds, no dialect's functions,
parameters written `:name`, which Spark takes as they are.
"""

from __future__ import annotations

import re
from pathlib import Path

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


def parameters(sql: str) -> set[str]:
    """The names that a statement wants values for."""
    return set(_PARAMETER.findall(_without_comments(sql)))


def for_duckdb(sql: str) -> str:
    """The same statement with its parameters as DuckDB writes them."""
    return _PARAMETER.sub(r"$\1", _without_comments(sql))


def _without_comments(sql: str) -> str:
    return re.sub(r"--.*", "", sql)
