"""What a YAML scalar means, as PyYAML's safe loader would have it; a foreign tag means text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from mlsmith.regex import regex

_CORE = "tag:yaml.org,2002:"
MERGE = _CORE + "merge"
_TEXT = _CORE + "str"

_IMPLICIT: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers
_PROPERTIES = regex(r"(?:(?:&\S+|!<[^>\n]*>|!\S*)(?:\s+|\Z))+")
_LONGEST = 400
"""Digits of a number that anybody means; converting longer ones takes quadratic time."""


def tag_of(event: Any) -> str:
    """The tag of a scalar event, guessed from the text where it is plain and has none."""
    if event.tag:
        return str(event.tag)
    return plain_tag(event.value) if event.implicit[0] else _TEXT


def plain_tag(text: str) -> str:
    """The tag of a scalar that is written without quotes."""
    return next((tag for tag, pattern in _IMPLICIT.get(text[:1], ()) if pattern.match(text)), _TEXT)


def is_text(text: str) -> bool:
    """Whether a scalar without quotes is read as text."""
    return plain_tag(text) == _TEXT


def value_of(text: str, tag: str) -> Any:
    """The Python value of a scalar; its text where the tag is not one of the plain ones, or does not fit."""
    construct = _CONSTRUCTORS.get(tag)
    if construct is None or len(text) > _LONGEST:
        return text
    try:
        return construct(yaml.ScalarNode(tag, text))
    except (ValueError, KeyError, IndexError, OverflowError):
        return text


def content_start(text: str, start: int, end: int) -> int:
    """Where a scalar itself begins, behind its anchor and tag."""
    match = _PROPERTIES.match(text, start, end)
    return match.end() if match else start


_SAFE = yaml.constructor.SafeConstructor()
_CONSTRUCTORS = {
    _CORE + "int": _SAFE.construct_yaml_int,
    _CORE + "float": _SAFE.construct_yaml_float,
    _CORE + "bool": _SAFE.construct_yaml_bool,
    _CORE + "null": _SAFE.construct_yaml_null,
}
