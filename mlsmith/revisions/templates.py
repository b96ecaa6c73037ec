"""Configuration that is a template: what it says is known when it is filled in, so that it is told line by line."""

from __future__ import annotations

from difflib import SequenceMatcher

from mlsmith.change import Change, Component, Significance
from mlsmith.regex import regex

_FILLED_IN = regex(rb"\{\{|\{%")
_REMARK = regex(r"\s*(?:#.*|\{#.*#\}|\{\{-?\s*/\*.*\*/\s*-?\}\})?\s*\Z")
_PAIR = regex(r"\s*(?:- )?([\w.\"'/-]+)\s*[:=]\s+(.*)\Z")
_MOST = 40
"""So many lines are no edit that anybody reads one by one"""

Line = tuple[str, int]
"""The text as it is indented, and its number"""


def template_changes(path: str, old: bytes, new: bytes, *, moved_from: str | None = None) -> tuple[Change, ...]:
    """Lines that came, went, or have another value under their key; none where neither side is a template, or where too many differ.

    Remarks and empty lines are none. An indentation is part of a line: what it is filled in with may be nested by it.
    """
    if not (_FILLED_IN.search(old) and _FILLED_IN.search(new)):
        return ()
    ours, theirs = _lines(old), _lines(new)
    gone: list[Line] = []
    come: list[Line] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(
        None, [text for text, _ in ours], [text for text, _ in theirs], autojunk=False
    ).get_opcodes():
        if what != "equal":
            gone += ours[i1:i2]
            come += theirs[j1:j2]
    if len(gone) + len(come) > _MOST:
        return ()
    changes = []
    for text, number in come:
        key, value = _pair(text)
        was = next((line for line in gone if key and _pair(line[0])[0] == key), None)
        if was is not None:
            gone.remove(was)
        kind = "added" if was is None else "changed"
        changes.append(_change(path, number, kind, key or "(a line)", was and _pair(was[0])[1], value, moved_from))
    for text, number in gone:
        key, value = _pair(text)
        changes.append(_change(path, number, "removed", key or "(a line)", value, None, moved_from))
    return tuple(sorted(changes, key=lambda change: (change.line, change.subject)))


def _lines(data: bytes) -> list[Line]:
    text = data.decode("utf-8-sig", "replace")
    return [(line.rstrip(), number) for number, line in enumerate(text.splitlines(), 1) if not _REMARK.match(line)]


def _pair(line: str) -> tuple[str, str]:
    """The key of a line and its value; of a line without a key its text."""
    match = _PAIR.match(line)
    return (match[1], match[2]) if match else ("", line.strip())


def _change(path: str, line: int, kind: str, subject: str, old: str | None, new: str | None, moved_from: str | None) -> Change:
    return Change(
        component=Component.CONFIGURATION, kind=kind, path=path, line=line, symbol="", subject=subject, old=old, new=new,
        significance=Significance.MEDIUM, moved_from=moved_from,
    )  # fmt: skip
