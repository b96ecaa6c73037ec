"""The JSON Schema of the settings, from their declaration."""

from __future__ import annotations

from typing import Any

from mlsmith.settings.declared import OPTIONS, Option, Settings
from mlsmith.settings.reading import as_data


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `[tool.mlsmith]`."""
    root: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of mlsmith: [tool.mlsmith] in pyproject.toml, or mlsmith.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    defaults = as_data(Settings())
    for option in OPTIONS:
        table, _, key = option.key.rpartition(".")
        home, default = root["properties"], defaults.get(key)
        if table:
            empty = {"type": "object", "additionalProperties": False, "properties": {}}
            home, default = home.setdefault(table, empty)["properties"], defaults[table][key]
        entry = {"description": option.help, **_schema(option)}
        home[key] = entry if default is None else {**entry, "default": default}
    return root


def _schema(option: Option) -> dict[str, Any]:
    kind = option.kind
    if kind.startswith("table of "):
        inside = _schema(option._replace(kind=kind.removeprefix("table of "), keys=()))
        if option.keys:
            return {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(option.keys, inside),
            }
        return {"type": "object", "additionalProperties": inside}
    if kind == "options":
        return {"type": "object", "additionalProperties": {"type": "object"}}
    if kind == "strings":
        return {"type": "array", "items": {"type": "string"}}
    if kind == "tables":
        fields = {inner.key: {"description": inner.help, **_schema(inner)} for inner in option.fields}
        entry = {"type": "object", "additionalProperties": False, "properties": fields, "required": [option.fields[0].key]}
        return {"type": "array", "items": entry}
    if kind == "numbers":
        return {"type": "array", "items": {"type": "number"}}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "choice":
        return {"enum": list(option.choices)}
    if kind in ("integer", "number"):
        return {"type": kind, "minimum": 0}
    return {"type": "string"}
