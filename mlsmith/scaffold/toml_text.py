"""TOML as text: tables added to a file whose comments and layout stay."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from mlsmith.regex import regex
from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.merged import merge_data
from mlsmith.scaffold.toml_values import dump_key, dump_table, dump_value

_HEADER = regex(r"^\s*\[(?!\[)(?P<path>.+?)\]\s*(#.*)?$")
_ANY_HEADER = regex(r"^\s*\[")

Path = tuple[str, ...]


def merge_toml(text: str, addition: Mapping[str, Any]) -> str:
    """`text` with the tables of `addition` in it; keys that exist must agree, lists become unions.

    Comments and layout of `text` stay, save inside a list or inline table that grows.
    Raises `TemplateDefect` where a value contradicts, or the file cannot be extended as it is written.
    """
    expected = merge_data(tomllib.loads(text), addition)
    # The text is edited by position; the meaning is checked against a merge of plain data.
    try:
        merged = _add_table(text, (), addition)
        same = tomllib.loads(merged) == expected
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise TemplateDefect("a table spelled with dotted keys or over several lines cannot be extended")
    return merged


def _add_table(text: str, path: Path, addition: Mapping[str, Any]) -> str:
    for key, value in addition.items():
        here = (*path, key)
        existing = _lookup(text, here)
        if isinstance(value, Mapping) and not _is_inline(text, here):
            text = _add_table(text, here, value) if value else text
        elif _is_array_of_tables(value) and not _is_inline(text, here):
            known = existing or []
            text = text.rstrip("\n") + "".join(_array_table(here, one) for one in value if one not in known) + "\n"
        elif existing is None:
            text = _insert(text, path, f"{dump_key(key)} = {dump_value(value)}")
        else:
            merged = merge_data({key: existing}, {key: value})[key]
            text = text if merged == existing else _replace(text, here, merged)
    return text


def _array_table(path: Path, table: Mapping[str, Any]) -> str:
    return f"\n\n[[{'.'.join(map(dump_key, path))}]]\n" + dump_table((), table).rstrip("\n")


def _is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _lookup(text: str, path: Path) -> Any:
    found: Any = tomllib.loads(text)
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def _is_inline(text: str, path: Path) -> bool:
    """Whether the value at `path` stands behind an equals sign of its own."""
    return _lookup(text, path) is not None and _span(text.splitlines(keepends=True), path) is not None


def _sections(lines: list[str]) -> list[tuple[Path, int, int]]:
    """Each `[table]` with the range of its lines without the header; what is above the first has path ()."""
    starts: list[tuple[Path, int]] = [((), 0)]
    for number, line in enumerate(lines):
        # A line of a list or a long string can look like a header; then what stands above it does not parse.
        if _ANY_HEADER.match(line) and _parses(lines[:number]):
            header = _HEADER.match(line)
            path = _header_path(line) if header else None
            if path is not None:
                starts.append((path, number + 1))
            elif line.lstrip().startswith("[["):
                starts.append((("",), number + 1))
    ends = [start - 1 for _, start in starts[1:]] + [len(lines)]
    return [(path, start, end) for (path, start), end in zip(starts, ends, strict=True)]


def _parses(lines: list[str]) -> bool:
    try:
        tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _header_path(line: str) -> Path | None:
    try:
        table: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path: list[str] = []
    while isinstance(table, dict) and table:
        [(key, table)] = table.items()
        path.append(key)
    return tuple(path)


def _insert(text: str, path: Path, line: str) -> str:
    lines = text.splitlines(keepends=True)
    for section, start, end in _sections(lines):
        if section == path and (path or start < end):
            while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
                end -= 1
            lines.insert(end, line + "\n")
            return "".join(lines)
    if not path:
        return f"{line}\n\n{text}"
    block = f"[{'.'.join(map(dump_key, path))}]\n{line}\n"
    related = [end for section, _, end in _sections(lines) if section[:1] == path[:1] and _is_near(section, path)]
    if not related:
        return f"{text.rstrip()}\n\n{block}"
    above, below = "".join(lines[: related[-1]]), "".join(lines[related[-1] :])
    return f"{above.rstrip()}\n\n{block}" + (f"\n{below}" if below else "")


def _is_near(section: Path, path: Path) -> bool:
    """Whether a new table reads best after this one: its parent or a sibling, two names deep under `tool`."""
    depth = 2 if path[0] == "tool" else 1
    return section[:depth] == path[:depth]


def _span(lines: list[str], path: Path) -> tuple[int, int] | None:
    """The lines of `key = value` for `path`, where the value parses as a whole."""
    for section, start, end in _sections(lines):
        if section != path[:-1]:
            continue
        for first in range(start, end):
            key, equals, _ = lines[first].partition("=")
            if not equals or _header_path(f"[{key.strip()}]") != path[-1:]:
                continue
            for last in range(first + 1, end + 1):
                if _parses(lines[first:last]):
                    return first, last
    return None


def _replace(text: str, path: Path, value: Any) -> str:
    lines = text.splitlines(keepends=True)
    span = _span(lines, path)
    if span is None:
        raise TemplateDefect(f"the value of {'.'.join(path)} cannot be extended where it stands")
    lines[slice(*span)] = [f"{dump_key(path[-1])} = {dump_value(value)}\n"]
    return "".join(lines)
