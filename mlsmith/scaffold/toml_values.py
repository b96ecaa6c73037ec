"""TOML values written out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from mlsmith.regex import regex

_BARE_KEY = regex(r"[A-Za-z0-9_-]+")
_WIDTH = 100


def dump_table(path: tuple[str, ...], table: Mapping[str, Any]) -> str:
    """A `[path]` section with one line a key; sub-tables are written inline."""
    header = f"[{'.'.join(map(dump_key, path))}]\n" if path else ""
    return header + "".join(f"{dump_key(key)} = {dump_value(value)}\n" for key, value in table.items())


def dump_key(key: str) -> str:
    """A bare key where TOML allows one, else a quoted one."""
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def dump_value(value: Any) -> str:
    """One TOML value; a list that does not fit a line gets one line an element."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        inside = ", ".join(f"{dump_key(key)} = {dump_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Sequence):
        return _list([dump_value(item) for item in value])
    raise TypeError(f"TOML has no {type(value).__name__}")


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)


def _list(items: list[str]) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) <= _WIDTH:
        return line
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
