"""Edits in a notebook's cells that change nothing else: only the text of those cells' sources is written anew.

Lines that stay keep their very characters, escapes included; new ones are written as their neighbours are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.finding import Edit
from mlsmith.regex import regex
from mlsmith.sources.edits import apply_edits

_SPACE = regex(r"[ \t\r\n]*")
_ESCAPED = regex(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")
_SURROGATE = regex("[\ud800-\udfff]")
_MARK = "\ufeff"

Extent = tuple[int, int]
"""From and up to, in the text of the file."""


def apply_cell_edits(data: bytes, edits: list[Edit]) -> bytes:
    """The notebook with edits made in its cells, every other byte as it was.

    Raises SourceError where an edit names no cell, or stands outside of its cell, or overlaps another.
    """
    by_cell: dict[int, list[Edit]] = {}
    for edit in edits:
        by_cell.setdefault(-1 if edit.span.cell is None else edit.span.cell, []).append(edit)
    try:
        text = data.decode("utf-8")
        json.loads(text.removeprefix(_MARK))
        sources = list(_sources(text))
    except (ValueError, RecursionError, KeyError):
        raise SourceError("is not a notebook") from None
    pieces: list[str] = []
    end = 0
    for index in sorted(by_cell):
        found = sources[index] if 0 <= index < len(sources) else None
        if found is None:
            raise SourceError(f"has no cell {index} to edit")
        pieces += [text[end : found[0]], _rewritten(text, found, by_cell[index])]
        end = found[1]
    return "".join([*pieces, text[end:]]).encode("utf-8")


def _rewritten(text: str, extent: Extent, edits: list[Edit]) -> str:
    """The JSON of a cell's source after the edits."""
    start, end = extent
    value = json.loads(text[start:end])
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise SourceError("has a cell whose source is no text")
    old = "".join(parts)
    new = apply_edits(old, edits)
    if new == old:
        return text[start:end]
    as_ascii = _writes_ascii(text, extent)
    if isinstance(value, str):
        return _quoted(new, as_ascii)
    return _list_of(text, extent, re.findall(r"[^\n]*\n|[^\n]+", new), as_ascii)


def _list_of(text: str, extent: Extent, lines: list[str], as_ascii: bool) -> str:
    """A JSON array of lines, laid out as the one that it replaces."""
    elements = list(_elements(text, extent[0]))
    before, between, after = _layout(text, extent, elements)
    known = {json.loads(text[start:end]): text[start:end] for start, end in elements}
    written = [known.get(line) or _quoted(line, as_ascii) for line in lines]
    return f"[{before}{between.join(written)}{after}]" if written else "[]"


def _layout(text: str, extent: Extent, elements: list[Extent]) -> tuple[str, str, str]:
    """White space after the opening bracket, what parts two elements, white space before the closing one."""
    if not elements:
        line = text[text.rfind("\n", 0, extent[0]) + 1 : extent[0]]
        indent = line[: len(line) - len(line.lstrip())]
        return (f"\n{indent} ", f",\n{indent} ", f"\n{indent}") if indent else ("", ", ", "")
    before = text[extent[0] + 1 : elements[0][0]]
    after = text[elements[-1][1] : extent[1] - 1]
    if len(elements) > 1:
        return before, text[elements[0][1] : elements[1][0]], after
    return before, f",{before}" if before else ", ", after


def _quoted(line: str, as_ascii: bool) -> str:
    half_a_pair = _SURROGATE.search(line) is not None  # It has no other way to be written.
    return json.dumps(line, ensure_ascii=as_ascii or half_a_pair)


def _writes_ascii(text: str, extent: Extent) -> bool:
    """Whether the writer of the file escaped what is not ASCII; judged in the cell first."""
    for sample in (text[extent[0] : extent[1]], text.removeprefix(_MARK)):
        if not sample.isascii():
            return False
        if _ESCAPED.search(sample):
            return True
    return False


def _sources(text: str) -> Iterator[Extent | None]:
    """Where the source of each cell stands, in the order of the cells; None for what has no source."""
    root = dict(_members(text, _after_space(text, len(_MARK) if text.startswith(_MARK) else 0)))
    if "cells" in root:
        holders = [root["cells"]]
    else:
        sheets = [dict(_members(text, start)) for start, _ in _elements(text, root["worksheets"][0])]
        holders = [sheet["cells"] for sheet in sheets if "cells" in sheet]
    for start, _ in holders:
        for cell, _ in _elements(text, start):
            members = dict(_members(text, cell))
            yield members.get("source", members.get("input"))


def _members(text: str, at: int) -> Iterator[tuple[str, Extent]]:
    """Name and extent of each member of the object at `at`; none where no object stands there."""
    at = _after_space(text, at + 1) if text[at : at + 1] == "{" else len(text)
    while text[at : at + 1] == '"':
        name, at = _value(text, at)
        at = _after_space(text, _after_space(text, at) + 1)
        _, end = _value(text, at)
        yield name, (at, end)
        at = _after_space(text, _after_space(text, end) + 1)


def _elements(text: str, at: int) -> Iterator[Extent]:
    """Extent of each element of the array at `at`; none where no array stands there."""
    at = _after_space(text, at + 1) if text[at : at + 1] == "[" else len(text)
    while at < len(text) and text[at] != "]":
        _, end = _value(text, at)
        yield at, end
        at = _after_space(text, end)
        if text[at] == "]":
            return
        at = _after_space(text, at + 1)


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value at `at`, read by the standard decoder, and where it ends."""
    value, end = _DECODER.scan_once(text, at)
    return value, end


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


_DECODER: Any = json.JSONDecoder()
