"""Configurations held against a JSON Schema; nothing that a schema refers to is fetched."""

from __future__ import annotations

import json
from typing import Any

from mlsmith.errors import SettingsError
from mlsmith.revisions.meaning import meaning_of

_MOST = 5


def violations(path: str, data: bytes, schema: bytes | None, name: str) -> list[str]:
    """What is wrong with a configuration, in words. Raises SettingsError where the schema is none."""
    node = meaning_of(data, path)
    if node is None:
        return [f"{path} cannot be read, so that {name} cannot be held against it"]
    import jsonschema
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    checked = _schema(schema, name)
    kind = jsonschema.validators.validator_for(checked, default=jsonschema.Draft202012Validator)
    registry: Any = Registry()
    try:
        kind.check_schema(checked)
        found = sorted(kind(checked, registry=registry).iter_errors(node.plain), key=lambda error: list(map(str, error.absolute_path)))
    except jsonschema.SchemaError as error:
        raise SettingsError(f"{name} of the base is no JSON Schema: {error.message}", advice="mend it there") from None
    except Unresolvable as error:
        raise SettingsError(f"{name} of the base refers to {error.ref}, which is not in it", advice="write it there") from None
    said = [f"{'.'.join(map(str, error.absolute_path)) or 'the whole file'}: {_short(error.message)} ({name})" for error in found[:_MOST]]
    return said + ([f"and {len(found) - _MOST} more that {name} does not allow"] if len(found) > _MOST else [])


def _schema(data: bytes | None, name: str) -> Any:
    if not data:
        raise SettingsError(f"the schema {name} does not exist in the base", advice="add it, or take it out of review.schema")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SettingsError(f"{name} of the base is not valid JSON", advice="mend it there") from None


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}…"
