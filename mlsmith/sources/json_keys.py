"""JSON with positions: a small reader of its own, because the standard decoder keeps none.

Comments and commas before a closing bracket are passed over, as editors and several tools allow them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.finding import Span
from mlsmith.regex import regex
from mlsmith.sources.config import MAX_ENTRIES, Entry, Places

_SPACE = regex(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = regex(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![0-9.])")
_WORD = regex(r"true|false|null|NaN|-?Infinity")
_WORDS = {
    "true": True, "false": False, "null": None,
    "NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf"),
}  # fmt: skip
_LONE_SURROGATE = regex("[\ud800-\udfff]")
_LIMIT = 1 << 20
_MOST_COMMAS = 10_000
_DEPTH = 100


def read_json(text: str) -> tuple[list[Entry], list[Entry]]:
    """Entries and duplicate keys. Raises SourceError.

    A text over 1 MiB, with over 10,000 commas, or of one JSON value a line is data: it has no entries.
    """
    if len(text) > _LIMIT or text.count(",") > _MOST_COMMAS:
        return [], []
    reader = _Reader(text)
    start = reader.skip(0)
    if start == len(text):
        return [], []
    try:
        end = reader.skip(reader.value(start, (), None))
    except _IsData:
        return [], []
    if end < len(text):
        if text[end] in '{["' and "\n" in text[start:end]:
            return [], []
        raise reader.fail(end, "something follows the end of the document")
    return reader.entries, reader.duplicates


class _IsData(Exception):
    """The file has more entries than a configuration."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.entries: list[Entry] = []
        self.duplicates: list[Entry] = []
        self._places = Places(text)

    def skip(self, at: int) -> int:
        """Past white space and comments."""
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def fail(self, at: int, what: str) -> SourceError:
        return SourceError(f"is not JSON: {what}", line=self._places.line(at))

    def value(self, at: int, path: tuple[str, ...], key: Span | None) -> int:
        """Read the value at `at`, whose key stands at `key`. Gives where the value ends."""
        if len(path) > _DEPTH:
            raise self.fail(at, "nested too deeply to be read")
        if len(self.entries) > MAX_ENTRIES:
            raise _IsData
        slot = len(self.entries)
        self.entries.append(_PENDING)
        kind, value, raw = "scalar", None, ""
        character = self.text[at : at + 1]
        if character == "{":
            kind, end = "mapping", self._members(at + 1, path)
        elif character == "[":
            kind, end = "sequence", self._elements(at + 1, path)
        else:
            value, end = self._scalar(at, character)
            raw = self.text[at:end]
        span = self._places.span(at, end)
        if path:
            self.entries[slot] = Entry(path, kind, value, raw, key or span, span)
        else:
            del self.entries[slot]  # The document itself is no entry.
        return end

    def _scalar(self, at: int, character: str) -> tuple[Any, int]:
        if character == '"':
            return self._string(at)
        word = _WORD.match(self.text, at)
        if word:
            return _WORDS[word.group()], word.end()
        number = _NUMBER.match(self.text, at)
        if not number:
            raise self.fail(at, "a value is expected")
        try:
            whole = number.group(1) is None and number.group(2) is None
            return int(number.group()) if whole else float(number.group()), number.end()
        except ValueError:
            raise self.fail(at, "a number has too many digits") from None

    def _string(self, at: int) -> tuple[str, int]:
        try:
            value, end = json.decoder.scanstring(self.text, at + 1, False)  # type: ignore[attr-defined]
        except ValueError as error:
            raise self.fail(at, getattr(error, "msg", "a string does not end")) from None
        return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value), end

    def _members(self, at: int, path: tuple[str, ...]) -> int:
        seen: set[str] = set()
        at = self.skip(at)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise self.fail(at, "a key in double quotes is expected")
            name, end = self._string(at)
            key = self._places.span(at, end)
            at = self.skip(end)
            if self.text[at : at + 1] != ":":
                raise self.fail(at, "a colon is expected")
            slot = len(self.entries)
            at = self.value(self.skip(at + 1), (*path, name), key)
            if name in seen:
                self.duplicates.append(self.entries[slot])
            seen.add(name)
            at = self._next(at, "}")
        return at + 1

    def _elements(self, at: int, path: tuple[str, ...]) -> int:
        number = 0
        at = self.skip(at)
        while self.text[at : at + 1] != "]":
            at = self._next(self.value(at, (*path, str(number)), None), "]")
            number += 1
        return at + 1

    def _next(self, at: int, closing: str) -> int:
        """Past a comma, or to the closing bracket."""
        at = self.skip(at)
        mark = self.text[at : at + 1]
        if mark == ",":
            return self.skip(at + 1)
        if mark == closing:
            return at
        raise self.fail(at, f"a comma or {closing} is expected")


_PENDING: Any = None
"""Stands in the list for a container until its end is known."""
