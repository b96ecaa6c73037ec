"""One file merged three ways: as the user has it, as it was rendered, as it is rendered now."""

from __future__ import annotations

import re
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlsmith.errors import UserError
from mlsmith.regex import regex
from mlsmith.scaffold.compose import LINES
from mlsmith.scaffold.toml_values import dump_table
from mlsmith.sources.git import environment

_MARKER = regex(r"^(<<<<<<<|\|\|\|\|\|\|\||=======|>>>>>>>)(?: .*)?$")
_LISTED = {
    ".toml": regex(r"""^\s*(?:"[^"]*"|'[^']*')\s*,?\s*(?:#.*)?$"""),
    ".yaml": regex(r"^\s*- \S.*$"),
    ".yml": regex(r"^\s*- \S.*$"),
}
"""What a line of a list looks like, where the format has one entry a line"""


class Merged(NamedTuple):
    data: bytes
    conflicts: int


def merge_file(path: str, yours: bytes, old: bytes, new: bytes) -> Merged:
    """`yours` with the template's change from `old` to `new`. What both changed stands between git's conflict markers (with the old
    text), but entries of lists, which are added and removed each for itself. Line ends stay yours. Binary files are the caller's to keep.
    """
    crlf = b"\r\n" in yours
    ours, base, theirs = (_text(data) for data in (yours, old, new))
    merged, conflicts = _three_way(ours, base, theirs)
    if conflicts:
        merged, conflicts = _entries_merged(path, merged)
    data = merged.encode("utf-8", "surrogateescape")
    return Merged(data.replace(b"\n", b"\r\n") if crlf else data, conflicts)


def is_binary(data: bytes) -> bool:
    """As git tells it: a NUL among the first bytes."""
    return b"\0" in data[:8000]


def _text(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").decode("utf-8", "surrogateescape")


def _three_way(ours: str, base: str, theirs: str) -> tuple[str, int]:
    with tempfile.TemporaryDirectory(prefix="mlsmith-") as box:
        names = ("yours", "as rendered before", "as rendered now")
        files = [Path(box, str(number)) for number in range(len(names))]
        for file, text in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
        labels = [part for name in names for part in ("-L", name)]
        command = ["git", "merge-file", "--stdout", "--diff3", *labels, *map(str, files)]
        done = subprocess.run(command, capture_output=True, env=environment(), cwd=box, check=False)
    if done.returncode < 0 or done.returncode > 127:
        raise UserError(f"git could not merge: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode("utf-8", "surrogateescape"), done.returncode


def _entries_merged(path: str, text: str) -> tuple[str, int]:
    """Conflicts in which all sides are entries of a list are none: what the template added or removed is added or removed in yours."""
    pattern = re.compile(r"^.*$") if path in LINES else _LISTED.get(Path(path).suffix)
    out: list[str] = []
    sides: list[list[str]] = []
    conflicts = 0
    for line in text.splitlines(keepends=True):
        marker = _MARKER.match(line.rstrip("\n"))
        kind = marker.group(1) if marker else ""
        if kind == "<<<<<<<" and not sides:
            sides, raw = [[]], [line]
        elif sides:
            raw.append(line)
            if kind == ">>>>>>>":
                merged = _merged_entries(sides, pattern) or (_merged_keys(sides) if path.endswith(".toml") else None)
                conflicts += merged is None
                out += raw if merged is None else merged
                sides = []
            elif kind and len(sides) < 3:
                sides.append([])
            else:
                sides[-1].append(line)
        else:
            out.append(line)
    return "".join(out), conflicts


def _merged_entries(sides: Sequence[list[str]], pattern: re.Pattern[str] | None) -> list[str] | None:
    if pattern is None or not all(pattern.match(line.rstrip("\n")) for side in sides for line in side):
        return None
    ours, base, theirs = sides
    was, now, have = ({_entry(line) for line in side} for side in (base, theirs, ours))
    kept = [line for line in ours if _entry(line) in now or _entry(line) not in was]
    return kept + [line for line in theirs if _entry(line) not in was and _entry(line) not in have]


def _merged_keys(sides: Sequence[list[str]]) -> list[str] | None:
    """Lines of `key = value` in TOML: lists by their entries, other values where only one side changed them; None where both did."""
    try:
        ours, base, theirs = (tomllib.loads("".join(side)) for side in sides)
    except tomllib.TOMLDecodeError:
        return None
    if any("#" in line or line.lstrip().startswith("[") for side in sides for line in side):
        return None  # Comments would be lost, and tables are no lines of values.
    merged: dict[str, Any] = {}
    for key in dict.fromkeys((*ours, *theirs)):
        value = _merged_value(*(side.get(key) for side in (ours, base, theirs)))
        if value is _BOTH:
            return None
        if value is not None:
            merged[key] = value
    return dump_table((), merged).splitlines(keepends=True)


_BOTH = object()


def _merged_value(ours: Any, base: Any, theirs: Any) -> Any:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    if isinstance(ours, list) and isinstance(theirs, list) and isinstance(base or [], list):
        was = base or []
        kept = [item for item in ours if item in theirs or item not in was]
        return kept + [item for item in theirs if item not in was and item not in ours]
    return _BOTH


def _entry(line: str) -> str:
    return line.strip().rstrip(",").strip()
