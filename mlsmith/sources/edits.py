"""Edits put into a text: by line and column, last first, refused where two overlap."""

from __future__ import annotations

import re
from itertools import pairwise

from mlsmith.errors import SourceError
from mlsmith.finding import Edit, Position

_LINE_END = re.compile(r"\r\n|\r|\n")


def apply_edits(text: str, edits: list[Edit]) -> str:
    """The text with all edits made. Raises SourceError where edits overlap or stand outside the text."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    newline = "\r\n" if "\r\n" in text else "\n"
    placed = sorted({(offset(starts, text, e.span.start), offset(starts, text, e.span.end), e.text) for e in edits})
    for (_, end, _), (start, _, _) in pairwise(placed):
        if start < end:
            raise SourceError("two edits overlap")
    for start, end, replacement in reversed(placed):
        text = text[:start] + replacement.replace("\n", newline) + text[end:]
    return text


def offset(starts: list[int], text: str, position: Position) -> int:
    """Index into the text of a 1-based line and column; the line after the last one is the end of the text."""
    if position.line == len(starts) + 1 and position.column == 1:
        return len(text)
    if not 1 <= position.line <= len(starts):
        raise SourceError(f"an edit stands outside the file (line {position.line})")
    return min(starts[position.line - 1] + position.column - 1, len(text))
