"""The frame of code under a finding: the line, one before it, and a mark below the place."""

from __future__ import annotations

from mlsmith.finding import Span
from mlsmith.reports.style import Paint, Style
from mlsmith.reports.wording import cells, visible

_TAB = 4


def frame(lines: list[str], span: Span, style: Style, paint: Paint, width: int) -> list[str]:
    """Lines of the frame; none where the file has changed under us and the place is gone."""
    first = span.start.line
    if not 1 <= first <= len(lines):
        return []
    gutter = len(str(first)) + 4
    room = max(20, width - gutter - 3)
    text, start, end = _window(lines[first - 1], span, room)
    out = []
    if first > 1 and lines[first - 2].strip():
        before, _, _ = _window(lines[first - 2], None, room)
        out.append(f"{style.dim(f'{first - 1:>{gutter}} │')} {style.dim(before)}")
    out.append(f"{style.dim(f'{first:>{gutter}} │')} {text}")
    more = f" … to line {span.end.line}" if span.end.line > first else ""
    out.append(f"{style.dim(' ' * gutter + ' │')} {' ' * start}{paint('━' * max(1, end - start))}{style.dim(more)}")
    return out


def _window(line: str, span: Span | None, room: int) -> tuple[str, int, int]:
    """The line as shown, and where the mark starts and ends in columns; long lines are cut around the mark."""
    start = span.start.column - 1 if span is not None else 0
    end = (span.end.column - 1 if span.end.line == span.start.line else len(line.rstrip())) if span is not None else 0
    shown, before, marked = _expand(line, start, max(end, start + 1))
    mark_end = before + marked
    if cells(shown) <= room:
        return shown.rstrip(), before, min(mark_end, max(cells(shown.rstrip()), before + 1))
    cut = max(0, min(before - 12, cells(shown) - room + 1)) if before > room // 2 else 0
    piece = _cut(shown, cut, room - (2 if cut else 1))
    shift = 1 if cut else 0
    return ("…" if cut else "") + piece + "…", before - cut + shift, min(mark_end - cut + shift, room)


def _expand(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Tabs as blanks, control characters as symbols; the columns before the mark, and of the mark."""
    parts = [visible(part.replace("\t", " " * _TAB)) for part in (line[:start], line[start:end], line[end:])]
    return "".join(parts), cells(parts[0]), cells(parts[1])


def _cut(text: str, start: int, size: int) -> str:
    out, column = "", 0
    for character in text:
        if column >= start and column + cells(character) <= start + size:
            out += character
        column += cells(character)
    return out
