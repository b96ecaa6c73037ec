"""TOML: values by tomli, positions by a scanner of keys; where both disagree on a key, its table's position stands in."""

from __future__ import annotations

import re
from typing import Any

import tomli

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.sources.config import Entry

_PART = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
_KEY = re.compile(rf"\s*((?:{_PART})(?:\s*\.\s*(?:{_PART}))*)\s*=\s*(.*)$")
_TABLE = re.compile(rf"\s*(\[\[?)\s*((?:{_PART})(?:\s*\.\s*(?:{_PART}))*)\s*\]\]?")
_PARTS = re.compile(_PART)
_LINE = re.compile(r"\(at line (\d+)")


def read_toml(text: str) -> list[Entry]:
    """Entries in the order of the file. Raises SourceError with the line at fault."""
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        raise SourceError(f"is not TOML: {str(error).split(' (at')[0]}", line=int(line.group(1)) if line else None) from None
    spans = _scan(text)
    entries: list[Entry] = []
    _flatten(values, (), spans, Span(Position(1, 1), Position(1, 1)), entries)
    return entries


def _flatten(value: Any, path: tuple[str, ...], spans: dict[tuple[str, ...], Span], near: Span, entries: list[Entry]) -> None:
    children = value.items() if isinstance(value, dict) else ((str(i), v) for i, v in enumerate(value))
    for name, child in children:
        here = (*path, name)
        span = spans.get(here, near)
        if isinstance(child, dict):
            entries.append(Entry(here, "mapping", None, "", span, span))
            _flatten(child, here, spans, span, entries)
        elif isinstance(child, list):
            entries.append(Entry(here, "sequence", None, "", span, span))
            _flatten(child, here, spans, span, entries)
        else:
            plain = child if isinstance(child, (str, int, float, bool)) else str(child)
            entries.append(Entry(here, "scalar", plain, str(child), span, span))


def _scan(text: str) -> dict[tuple[str, ...], Span]:
    """Path of each key → where it is written; multi-line strings and arrays are passed over."""
    spans: dict[tuple[str, ...], Span] = {}
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    closing = ""
    depth = 0
    for number, line in enumerate(re.split(r"\r\n|\n", text), 1):
        if closing:
            if closing in line:
                closing = ""
            continue
        if depth > 0:
            depth += _balance(line)
            continue
        header = _TABLE.match(line)
        if header:
            table = tuple(_unquote(part) for part in _PARTS.findall(header.group(2)))
            if header.group(1) == "[[":
                index = counts[table] = counts.get(table, -1) + 1
                table = (*table, str(index))
            spans.setdefault(table, _line_span(number, header.start(2), header.end(2)))
            continue
        key = _KEY.match(line)
        if not key:
            continue
        parts = tuple(_unquote(part) for part in _PARTS.findall(key.group(1)))
        spans.setdefault((*table, *parts), _line_span(number, key.start(1), key.end(1)))
        rest = key.group(2)
        for quotes in ('"""', "'''"):
            if rest.startswith(quotes) and quotes not in rest[3:]:
                closing = quotes
        if not closing and rest.startswith(("[", "{")):
            depth = max(0, _balance(rest))
    return spans


def _balance(line: str) -> int:
    """Brackets opened less brackets closed, outside strings and comments."""
    plain = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*$', "", line)
    return plain.count("[") + plain.count("{") - plain.count("]") - plain.count("}")


def _unquote(part: str) -> str:
    if part[0] == '"':
        return str(tomli.loads(f"x = {part}")["x"])
    return part[1:-1] if part[0] == "'" else part


def _line_span(line: int, start: int, end: int) -> Span:
    return Span(Position(line, start + 1), Position(line, end + 1))
