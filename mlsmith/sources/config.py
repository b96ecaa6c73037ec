"""Configuration files with a position for every key: YAML, TOML and JSON as one flat, typed document.

No tag is ever run, no object built: YAML is composed to nodes only, and what an alias expands to is counted, so that a small file
cannot grow without bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span

MAX_ENTRIES = 200_000
"""More keys than this after aliases are resolved is a YAML bomb, or data."""

MAX_BYTES = 10 << 20

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key (or list element) of a document. `path` holds list indexes as `"0"`; `raw` is the scalar as written."""

    path: Path
    kind: str
    """mapping, sequence or scalar"""
    value: Any
    """The scalar's Python value (str, int, float, bool, None); None for containers"""
    raw: str
    span: Span
    """Of the key; of the value for a list element"""
    value_span: Span

    @property
    def dotted(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class ConfigDocument:
    path: str
    format: str
    entries: tuple[Entry, ...]
    duplicates: tuple[Entry, ...] = ()
    """Keys that stand twice in one mapping; the last one wins"""
    lines: tuple[str, ...] = ()
    _index: dict[Path, Entry] = field(default_factory=dict)

    def has(self, path: Path) -> bool:
        return path in self._index

    def entry(self, path: Path) -> Entry | None:
        return self._index.get(path)

    def value(self, path: Path) -> Any:
        """The scalar under a path; None where there is none (ask `has` to tell it from a null)."""
        entry = self._index.get(path)
        return entry.value if entry is not None else None

    @property
    def scalars(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.kind == "scalar")


def read_config(data: bytes, path: str) -> ConfigDocument:
    """Read a configuration file by its ending. Raises SourceError with the line where it cannot be read."""
    if len(data) > MAX_BYTES:
        raise SourceError("is larger than 10 MiB; exclude it if it is data")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"is not valid UTF-8: byte 0x{data[error.start]:02x}", line=data[: error.start].count(b"\n") + 1) from None
    ending = path.rsplit(".", 1)[-1].lower()
    try:
        if ending in ("yaml", "yml"):
            from mlsmith.sources.yaml_nodes import read_yaml

            entries, duplicates = read_yaml(text)
            form = "yaml"
        elif ending == "toml":
            from mlsmith.sources.toml_keys import read_toml

            entries, duplicates, form = read_toml(text), [], "toml"
        else:
            from mlsmith.sources.json_keys import read_json

            entries, duplicates = read_json(text)
            form = "json"
    except RecursionError:
        raise SourceError("is nested too deeply to be read") from None
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return ConfigDocument(path, form, tuple(entries), tuple(duplicates), lines, {entry.path: entry for entry in entries})


def span_of(start_line: int, start_column: int, end_line: int, end_column: int) -> Span:
    """A span from 0-based lines and columns."""
    return Span(Position(start_line + 1, start_column + 1), Position(end_line + 1, end_column + 1))
