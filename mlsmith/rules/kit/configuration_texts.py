"""What scripts, continuous integration and documents say on command lines: the overrides and flags that they set."""

from __future__ import annotations

from typing import Any, NamedTuple

from mlsmith.regex import regex
from mlsmith.rules.kit.memo import once_a_document
from mlsmith.rules.kit.rule import TextDocument

_TOKEN = regex(
    r"(?<![\w./=-])(?:(?P<override>[+~]{0,2}[A-Za-z_][\w./@-]*=[^\s`'\"|)]*)"
    r"|-{1,2}(?P<flag>[A-Za-z][\w-]*)(?:[ =]+(?P<file>[^\s`'\"|)]+\.(?:ya?ml|json|toml)))?)"
)
_MOST = 400


class TextFact(NamedTuple):
    """Words joined by line ends."""

    overrides: str
    """`model=small`"""
    flags: str
    """`use-old` of `--use-old`"""
    files: str
    """`flag path` for configuration files that a flag names"""


@once_a_document
def text_facts(document: TextDocument) -> tuple[Any, ...] | None:
    """A `TextFact` as facts keep it; None where there is none."""
    overrides: set[str] = set()
    flags: set[str] = set()
    files: set[str] = set()
    for match in _TOKEN.finditer(document.text):
        override, flag, file = match.groups()
        if override and len(override) < 80:
            overrides.add(override)
        elif flag:
            flags.add(flag)
            if file:
                files.add(f"{flag} {file}")
    if not overrides and not flags:
        return None
    return tuple("\n".join(sorted(words)[:_MOST]) for words in (overrides, flags, files))
