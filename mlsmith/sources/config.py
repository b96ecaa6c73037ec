"""Configuration files with a position for every key: YAML, TOML and JSON as one flat, typed document.

No tag is ever run and no object built; what an alias expands to is counted, so that a small file cannot grow
without bound.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, NamedTuple

from mlsmith.errors import NotYetSource, SourceError
from mlsmith.finding import Position, Span
from mlsmith.regex import regex

MAX_ENTRIES = 50_000
"""A file with more keys and elements than this is data, and has no entries; aliases that make more are a bomb."""

MAX_BYTES = 10 << 20

Path = tuple[str, ...]

_TEMPLATE = regex(r"\{\{|\{%|<%")
"""Jinja, Helm and ERB; in YAML that can be read they stand inside of strings"""

_LINE_END = regex(r"\r\n|\r|\n")


class Entry(NamedTuple):
    """One key, or one element of a list, of a document."""

    path: Path
    """Names of keys; the index of a list's element as `"0"`"""
    kind: str
    """mapping, sequence or scalar"""
    value: Any
    """The scalar's Python value (str, int, float, bool, None; dates as str); None for containers"""
    raw: str
    """The scalar as written, quotes and all; the text itself of a YAML block; empty for containers"""
    span: Span
    """Of the key; of the value for an element of a list"""
    value_span: Span

    @property
    def dotted(self) -> str:
        return ".".join(self.path)


class ConfigDocument(NamedTuple):
    path: str
    format: str
    """yaml, toml or json"""
    entries: tuple[Entry, ...]
    """In the order of the file, parents before children; keys merged into a YAML mapping after its own"""
    duplicates: tuple[Entry, ...]
    """Keys that stand twice in one mapping, from the second on; the last one wins"""
    lines: tuple[str, ...]
    by_path: Mapping[Path, Entry]

    def has(self, path: Path) -> bool:
        return path in self.by_path

    def entry(self, path: Path) -> Entry | None:
        return self.by_path.get(path)

    def value(self, path: Path) -> Any:
        """The scalar under a path; None where there is none (ask `has` to tell it from a null)."""
        entry = self.by_path.get(path)
        return entry.value if entry is not None else None

    @property
    def scalars(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.kind == "scalar")


class Places:
    """Offsets in a text as lines and columns; lines end as `split_lines` of Python text has it."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def line(self, at: int) -> int:
        """1-based."""
        return bisect_right(self._starts, at)

    def position(self, at: int) -> Position:
        line = bisect_right(self._starts, at)
        return Position(line, at - self._starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        return Span(self.position(start), self.position(end))


def read_config(data: bytes, path: str) -> ConfigDocument:
    """Read a configuration file by its ending. Raises SourceError with the line where it cannot be read, NotYetSource for
    a template of YAML.

    JSON over 1 MiB and any file with too many entries is data, not configuration: a document without entries.
    """
    text = _decoded(data)
    form = _FORMATS.get(path.rsplit(".", 1)[-1].lower(), "json")
    duplicates: list[Entry] = []
    try:
        if form == "yaml":
            from mlsmith.sources.yaml_nodes import read_yaml

            try:
                entries, duplicates = read_yaml(text)
            except SourceError as error:
                if _TEMPLATE.search(text):
                    raise NotYetSource("is a template, and no YAML before it is filled in", line=error.line) from None
                raise
        elif form == "toml":
            from mlsmith.sources.toml_keys import read_toml

            entries = read_toml(text)
        else:
            from mlsmith.sources.json_keys import read_json

            entries, duplicates = read_json(text)
    except RecursionError:
        raise SourceError("is nested too deeply to be read") from None
    index = {entry.path: entry for entry in entries}
    return ConfigDocument(path, form, tuple(entries), tuple(duplicates), tuple(_LINE_END.split(text)), index)


_FORMATS = {"yaml": "yaml", "yml": "yaml", "toml": "toml"}


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise SourceError("is larger than 10 MiB; exclude it if it is data")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(f"is not valid UTF-8: byte 0x{error.object[error.start]:02x}", line=line) from None
