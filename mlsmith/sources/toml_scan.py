"""Where the keys and values of a TOML text stand. The text is taken to be valid: what is not, is passed over."""

from __future__ import annotations

import re
from typing import NamedTuple

from mlsmith.regex import regex

_SPACE = regex(r"[ \t]*")
_BLANK = regex(r"(?:[ \t\r\n]+|#[^\n]*)*")
_PART = regex(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = regex(r"""\"{3}(?:[^\\]|\\.)*?"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'""", re.DOTALL | re.VERBOSE)
_BARE = regex(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+|[^\s,\]}#]+")
_ESCAPE = regex(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}

Path = tuple[str, ...]


class Place(NamedTuple):
    """Offsets of a key and of its value. A table's value is its name in the header; an element has no key but itself."""

    key_start: int
    key_end: int
    start: int
    end: int


def scan(text: str) -> dict[Path, Place]:
    """The place of every key and element, by path; the elements of arrays are numbered."""
    scanner = _Scanner(text)
    try:
        scanner.document()
    except (_Lost, RecursionError):
        return scanner.places
    return scanner.places


class _Lost(Exception):
    """The text is not what the scanner expects."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.places: dict[Path, Place] = {}
        self._last: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        at = self._skip(_BLANK, 0)
        while at < len(self.text):
            if self.text[at] == "[":
                table, at = self._header(at)
            else:
                at = self._pair(at, table)
            at = self._skip(_BLANK, at)

    def _header(self, at: int) -> tuple[Path, int]:
        """The table that a header opens, its index included where it is one of an array, and where the line goes on."""
        listed = self.text.startswith("[[", at)
        parts, at = self._key(at + (2 if listed else 1))
        table: Path = ()
        for number, (name, start, end) in enumerate(parts, 1):
            table = (*table, name)
            self.places.setdefault(table, Place(start, end, start, end))
            if listed and number == len(parts):
                self._last[table] = self._last.get(table, -1) + 1
            if table in self._last:
                table = (*table, str(self._last[table]))
                self.places.setdefault(table, Place(start, end, start, end))
        return table, self._expect("]]" if listed else "]", at)

    def _pair(self, at: int, table: Path) -> int:
        """`key = value`: where it ends."""
        parts, at = self._key(at)
        start = self._skip(_SPACE, self._expect("=", at))
        for name, key_start, key_end in parts[:-1]:
            table = (*table, name)
            self.places.setdefault(table, Place(key_start, key_end, key_start, key_end))
        name, key_start, key_end = parts[-1]
        path = (*table, name)
        end = self._value(start, path)
        self.places[path] = Place(key_start, key_end, start, end)
        return end

    def _key(self, at: int) -> tuple[list[tuple[str, int, int]], int]:
        """The parts of a dotted key, each with where it stands, and where the key ends."""
        parts = []
        while True:
            at = self._skip(_SPACE, at)
            match = _PART.match(self.text, at)
            if not match:
                raise _Lost
            parts.append((_plain(match.group()), match.start(), match.end()))
            at = self._skip(_SPACE, match.end())
            if self.text[at : at + 1] != ".":
                return parts, at
            at += 1

    def _value(self, at: int, path: Path) -> int:
        character = self.text[at : at + 1]
        if character == "[":
            return self._array(at + 1, path)
        if character == "{":
            return self._inline_table(at + 1, path)
        match = (_STRING if character in ('"', "'") else _BARE).match(self.text, at)
        if not match:
            raise _Lost
        return match.end()

    def _array(self, at: int, path: Path) -> int:
        number = 0
        at = self._skip(_BLANK, at)
        while self.text[at : at + 1] != "]":
            here = (*path, str(number))
            end = self._value(at, here)
            self.places[here] = Place(at, end, at, end)
            number += 1
            at = self._after_comma(end)
        return at + 1

    def _inline_table(self, at: int, path: Path) -> int:
        at = self._skip(_BLANK, at)
        while self.text[at : at + 1] != "}":
            at = self._after_comma(self._pair(at, path))
        return at + 1

    def _after_comma(self, at: int) -> int:
        at = self._skip(_BLANK, at)
        return self._skip(_BLANK, at + 1) if self.text[at : at + 1] == "," else at

    def _skip(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self.text, at)
        return match.end() if match else at

    def _expect(self, mark: str, at: int) -> int:
        if not self.text.startswith(mark, at):
            raise _Lost
        return at + len(mark)


def _plain(part: str) -> str:
    """The name that a part of a key spells."""
    if part[0] == "'":
        return part[1:-1]
    return _ESCAPE.sub(_unescaped, part[1:-1]) if part[0] == '"' else part


def _unescaped(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2) or match.group(3)
    return chr(int(digits, 16)) if digits else _ESCAPED.get(match.group(4), match.group(4))
