"""Words that several formats share: counts, durations, places, and how much room they take."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from mlsmith.regex import regex

_CODE_SPAN = regex(r"(?<!`)`([^`]+)`(?!`)")


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def duration(minutes: float) -> str:
    """`45 min`, `3 h 20 min`, `12 d` (of eight hours)."""
    whole = round(minutes)
    if whole < 60:
        return f"{whole} min"
    hours, rest = divmod(whole, 60)
    if hours < 40:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{hours / 8:.0f} d"


def apart(suppressed: int, known: int) -> str:
    """`2 suppressed, 3 in the baseline`; empty where there is neither."""
    parts = [f"{suppressed:,} suppressed" if suppressed else "", f"{known:,} in the baseline" if known else ""]
    return ", ".join(part for part in parts if part)


def sentence(text: str) -> str:
    """`nothing seeds it` → `Nothing seeds it.`, for formats where messages and advice follow one another."""
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def code_spans(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether a piece stood between backticks, which mark code in messages and advice."""
    for number, piece in enumerate(_CODE_SPAN.split(text)):
        if piece:
            yield piece, bool(number % 2)


def place_of(path: str, cell: int | None, line: int, column: int | None = None) -> str:
    """`train.py:12:5`; in a notebook `explore.ipynb:cell 3:2:1`. For other programs, and for editors that jump there."""
    parts = [path] if cell is None else [path, f"cell {cell}"]
    parts.append(str(line))
    if column is not None:
        parts.append(str(column))
    return ":".join(parts)


def spoken_place(path: str, cell: int | None, line: int) -> str:
    """`train.py:12`; in a notebook `explore.ipynb · cell 3 · line 2`. For people."""
    return f"{path}:{line}" if cell is None else f"{path} · cell {cell} · line {line}"


def cells(text: str) -> int:
    """Columns a text takes on a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most `width` columns, broken at blanks only; a longer word is left whole, so that it can be copied."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and cells(rest if lines else first) + cells(line) + 1 + cells(word) > width:
            lines.append((rest if lines else first) + line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    lines.append((rest if lines else first) + line)
    return lines


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
