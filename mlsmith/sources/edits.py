"""Edits put into a text: by line and column, last first, refused where two overlap or one misses the text."""

from __future__ import annotations

from itertools import pairwise

from mlsmith.errors import SourceError
from mlsmith.finding import Edit, Position
from mlsmith.regex import regex

_LINE_END = regex(r"\r\n|\r|\n")


def apply_edits(text: str, edits: list[Edit]) -> str:
    """The text with all edits made, equal ones once; new lines end as most lines of the text do.

    Raises SourceError where edits overlap or stand outside the text.
    """
    ends = [match.span() for match in _LINE_END.finditer(text)]
    windows = text.count("\r\n") * 2 > len(ends)
    lines = list(zip([0, *(end for _, end in ends)], [*(start for start, _ in ends), len(text)], strict=True))
    placed = sorted({(_offset(lines, e.span.start), _offset(lines, e.span.end), e.text) for e in edits})
    if any(end < start for start, end, _ in placed):
        raise SourceError("an edit ends before it begins")
    if any(end > start for (_, end, _), (start, _, _) in pairwise(placed)):
        raise SourceError("two edits overlap")
    for start, end, replacement in reversed(placed):
        new = _LINE_END.sub("\r\n" if windows else "\n", replacement)
        text = text[:start] + new + text[end:]
    return text


def _offset(lines: list[tuple[int, int]], position: Position) -> int:
    """Index into the text of a line and column; the line after the last one is the end of the text."""
    line, column = position.line, position.column
    if line == len(lines) + 1 and column == 1:
        return lines[-1][1]
    if 1 <= line <= len(lines) and 1 <= column <= lines[line - 1][1] - lines[line - 1][0] + 1:
        return lines[line - 1][0] + column - 1
    raise SourceError(f"an edit stands outside the file (line {line}, column {column})")
