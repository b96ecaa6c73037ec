"""Merging plain data: what two layers say about the same file must agree or add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlsmith.scaffold.defects import TemplateDefect


def merge_data(first: Mapping[str, Any], second: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """Tables merge key by key, lists become a union in order, equal values stay.

    Raises `TemplateDefect` naming the key where the two contradict each other.
    """
    merged = dict(first)
    for key, value in second.items():
        name = f"{where}.{key}" if where else str(key)
        merged[key] = _both(first[key], value, name) if key in first else value
    return merged


def _both(old: Any, new: Any, where: str) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return merge_data(old, new, where)
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *(item for item in new if item not in old)]
    if old == new and type(old) is type(new):
        return old
    raise TemplateDefect(f"two layers give {where} different values: {old!r} and {new!r}")
