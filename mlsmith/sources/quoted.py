"""Where the strings of a configuration stand, so that a `#` in one of them is not taken for a comment."""

from __future__ import annotations

import re
from typing import Any

from mlsmith.regex import regex

Extent = tuple[int, int]
"""Offsets of the first character and of the one behind the last"""

_TOML = regex(
    r"""\#[^\r\n]* | (?P<string> \"{3}(?:[^\\]|\\.)*?(?:\"{3,5}|\Z) | '{3}.*?(?:'{3,5}|\Z) | "(?:[^"\\\r\n]|\\[^\r\n])*" | '[^'\r\n]*')""",
    re.DOTALL | re.VERBOSE,
)
_ONE_LINE = regex(r"""(?<!\S)\#[^\r\n]* | (?P<string> "(?:[^"\\\r\n]|\\[^\r\n])*" | '[^'\r\n]*')""", re.VERBOSE)
_LINE_END = regex(r"\r\n|\r|\n|\Z")


def quoted(text: str, language: str) -> list[Extent]:
    """The strings of a text in order; of a YAML block, what stands below its header.

    A YAML text that cannot be scanned, a template for instance, is read line by line, as is every other language but TOML.
    """
    if language == "yaml":
        found = _yaml(text)
        if found is not None:
            return found
    pattern = _TOML if language == "toml" else _ONE_LINE
    return [match.span("string") for match in pattern.finditer(text) if match["string"]]


def _yaml(text: str) -> list[Extent] | None:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        scanner = loader(text)
        return [_extent(token, text) for token in iter(scanner.get_token, None) if isinstance(token, yaml.ScalarToken)]
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _extent(token: Any, text: str) -> Extent:
    start, end = token.start_mark.index, token.end_mark.index
    if text[start : start + 1] in ("|", ">"):
        header = _LINE_END.search(text, start)
        start = min(header.end(), end) if header else end
    return start, end
