"""The frame of code under a finding: the line, the one before it, and which columns to mark.

Lines longer than the room are cut to a window around the mark, before anything else is done to them: a line of a megabyte costs what a
short one costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlsmith.finding import Span
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Paint, Style
from mlsmith.reports.wording import cells

_TAB = " " * 4
_AROUND = 12
"""Columns kept free on either side of a mark in a line that is cut"""


class Row(NamedTuple):
    """One line of source as shown. `text[start:end]` is marked (equal: nothing is)."""

    number: int
    text: str
    start: int = 0
    end: int = 0


def rows(lines: Sequence[str], span: Span, room: int) -> list[Row]:
    """At most two rows of at most `room` columns, the marked one last; none where the file has changed and the place is gone."""
    number = span.start.line
    if not 1 <= number <= len(lines):
        return []
    line = lines[number - 1].rstrip() or " "
    start, end = _marked(line, span)
    left = _cut_left(line, start, end, room)
    out = [_row(number, line, left, room, start=start, end=end)]
    if number > 1 and (before := lines[number - 2].rstrip()[: left + room + 1]).strip():
        row = _row(number - 1, before, left, room)
        if row.text.strip(" …"):
            out.insert(0, row)
    return out


def frame(lines: Sequence[str], span: Span, style: Style, paint: Paint, width: int) -> list[str]:
    """The rows with their numbers, and a line below the marked columns."""
    gutter = len(str(span.start.line)) + 4
    room = max(20, width - gutter - 3)
    out = []
    for row in rows(lines, span, room):
        bar = style.dim(f"{row.number:>{gutter}} │")
        if row.end == row.start:
            out.append(f"{bar} {style.dim(row.text)}".rstrip())
            continue
        out.append(f"{bar} {row.text}")
        before, marked = cells(row.text[: row.start]), max(1, cells(row.text[row.start : row.end]))
        more = f" … to line {span.end.line}" if span.end.line > span.start.line else ""
        more = more if before + marked + len(more) <= room else ""
        out.append(f"{style.dim(' ' * gutter + ' │')} {' ' * before}{paint('━' * marked)}{style.dim(more)}")
    return out


def _marked(line: str, span: Span) -> tuple[int, int]:
    """Where the mark starts and ends in the line: at least one character, and inside the line even if the file has changed."""
    start = min(span.start.column - 1, len(line) - 1)
    end = min(span.end.column - 1, len(line)) if span.end.line == span.start.line else len(line)
    return start, max(start + 1, end)


def _cut_left(line: str, start: int, end: int, room: int) -> int:
    """How many characters to leave out on the left so that the mark is seen with something before it; none if it is seen anyway."""
    if start <= room and (columns := _columns(line[:start])) <= room:
        marked = _columns(line[start : start + room][: end - start + _AROUND])
        if columns <= room // 2 or columns + marked < room or (len(line) <= room and _columns(line) <= room):
            return 0
    spare = room - 2 - _AROUND - _columns(line[start : min(end, start + room)])
    left, taken = start, 0
    while left and (taken := taken + _columns(line[left - 1])) <= max(_AROUND, spare):
        left -= 1
    return left


def _row(number: int, line: str, left: int, room: int, *, start: int = 0, end: int = 0) -> Row:
    """The part of a line that starts at character `left` and fits into the room."""
    parts = [_expanded(character) for character in line[left : left + room + 1]]
    lead = "…" if left and parts else ""
    fit = _fitting(parts, room - len(lead))
    tail = ""
    if fit < len(parts):
        fit, tail = _fitting(parts, room - len(lead) - 1), "…"
    first, last = (len(lead) + len("".join(parts[: min(max(0, at - left), fit)])) for at in (start, end))
    text = lead + "".join(parts[:fit]) + tail
    return Row(number, text, first, max(last, first + 1) if end else first)


def _fitting(parts: Sequence[str], room: int) -> int:
    """How many of the parts fit into the room."""
    taken = 0
    for number, part in enumerate(parts):
        taken += cells(part)
        if taken > room:
            return number
    return len(parts)


def _columns(text: str) -> int:
    return cells(_expanded(text))


def _expanded(text: str) -> str:
    return visible(text.replace("\t", _TAB))
