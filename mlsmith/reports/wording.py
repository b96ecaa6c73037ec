"""Words that several formats share: counts, durations, and text made safe for a terminal."""

from __future__ import annotations

import unicodedata


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


def visible(text: str) -> str:
    """The text with control characters shown as symbols: source we did not write must not steer the terminal."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    if code == 127:
        return "\u2421"
    return "\ufffd" if unicodedata.category(character).startswith("C") else " "


def cells(text: str) -> int:
    """Columns a text takes on a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def place_of(path: str, cell: int | None, line: int, column: int | None = None) -> str:
    """`train.py:12:5`; in a notebook `explore.ipynb:cell 3:2:1`."""
    parts = [path] if cell is None else [path, f"cell {cell}"]
    parts.append(str(line))
    if column is not None:
        parts.append(str(column))
    return ":".join(parts)
