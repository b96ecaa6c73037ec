"""JSON with positions: a small scanner, because the standard decoder keeps none."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.sources.config import MAX_ENTRIES, Entry

_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity")
_LIMIT = 1 << 20


def read_json(text: str) -> tuple[list[Entry], list[Entry]]:
    """Entries and duplicate keys. A text over 1 MiB is data, not configuration: no entries. Raises SourceError."""
    if len(text) > _LIMIT:
        return [], []
    reader = _Reader(text)
    reader.value(reader.skip(0), (), None)
    return reader.entries, reader.duplicates


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]
        self.entries: list[Entry] = []
        self.duplicates: list[Entry] = []

    def skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def fail(self, at: int, what: str) -> SourceError:
        return SourceError(f"is not JSON: {what}", line=bisect_right(self.starts, at))

    def string(self, at: int) -> tuple[str, int]:
        try:
            value, end = json.decoder.scanstring(self.text, at + 1, False)  # type: ignore[attr-defined]
        except ValueError as error:
            raise self.fail(at, str(error)) from None
        return value, end

    def value(self, at: int, path: tuple[str, ...], key: tuple[int, int] | None) -> int:
        """Read the value at `at`; `key` is where its key stands. Gives where the value ends."""
        if len(path) > 200 or len(self.entries) > MAX_ENTRIES:
            raise self.fail(at, "too deep or too large to be configuration")
        slot = len(self.entries)
        if path:
            self.entries.append(Entry(path, "scalar", None, "", self.span(at, at), self.span(at, at)))
        character = self.text[at : at + 1]
        kind, value, raw = "scalar", None, ""
        if character == "{":
            kind, end = "mapping", self.members(at + 1, path)
        elif character == "[":
            kind, end = "sequence", self.elements(at + 1, path)
        elif character == '"':
            value, end = self.string(at)
            raw = value
        else:
            match = _SCALAR.match(self.text, at)
            if not match:
                raise self.fail(at, "a value is expected")
            raw, end = match.group(), match.end()
            value = self.number(raw, at)
        if path:
            where = key or (at, end)
            self.entries[slot] = Entry(path, kind, value, raw, self.span(*where), self.span(at, end))
        return end

    def number(self, raw: str, at: int) -> Any:
        try:
            return json.loads(raw)
        except ValueError:
            raise self.fail(at, f"{raw[:20]!r} is no value") from None

    def members(self, at: int, path: tuple[str, ...]) -> int:
        at = self.skip(at)
        seen: set[str] = set()
        if self.text[at : at + 1] == "}":
            return at + 1
        while True:
            if self.text[at : at + 1] != '"':
                raise self.fail(at, "a key in double quotes is expected")
            name, end = self.string(at)
            key = (at, end)
            at = self.skip(end)
            if self.text[at : at + 1] != ":":
                raise self.fail(at, "a colon is expected")
            slot = len(self.entries)
            at = self.skip(self.value(self.skip(at + 1), (*path, name), key))
            if name in seen:
                self.duplicates.append(self.entries[slot])
            seen.add(name)
            mark = self.text[at : at + 1]
            if mark == "}":
                return at + 1
            if mark != ",":
                raise self.fail(at, "a comma or } is expected")
            at = self.skip(at + 1)

    def elements(self, at: int, path: tuple[str, ...]) -> int:
        at = self.skip(at)
        if self.text[at : at + 1] == "]":
            return at + 1
        position = 0
        while True:
            at = self.skip(self.value(at, (*path, str(position)), None))
            position += 1
            mark = self.text[at : at + 1]
            if mark == "]":
                return at + 1
            if mark != ",":
                raise self.fail(at, "a comma or ] is expected")
            at = self.skip(at + 1)

    def span(self, start: int, end: int) -> Span:
        return Span(self.position(start), self.position(end))

    def position(self, at: int) -> Position:
        line = bisect_right(self.starts, at)
        return Position(line, at - self.starts[line - 1] + 1)
