"""The facts of all files put together, and kept in one piece: a run that was asked about few files then looks up none of the others."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Collection, Iterable
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from mlsmith.engine.cache import replace_file
from mlsmith.engine.state import FORMAT
from mlsmith.index.facts import FileFacts

_MAGIC = b"mlsmith facts\n"
_LIMIT = 64 << 20
"""Bytes of what is kept; a larger project is put together anew each time"""


class Merged(NamedTuple):
    """`files` has the facts of the Python files, `collected` by rule what it collected from each file, both in path order."""

    files: dict[str, FileFacts]
    collected: dict[str, list[tuple[str, Any]]]

    def without(self, paths: Collection[str]) -> Merged:
        """As if some files were not there."""
        files = self.files.copy()
        for path in paths:
            files.pop(path, None)
        rest = {name: [one for one in seen if one[0] not in paths] for name, seen in self.collected.items()}
        return Merged(files, {name: seen for name, seen in rest.items() if seen})

    def renewed(self, facts: Iterable[tuple[str, Any]]) -> Merged:
        """With the facts of more files, as their analyses have them. What this holds is used up."""
        files, collected = self
        for path, fact in facts:
            if fact is None:
                continue
            if fact[0] is not None:
                files[path] = FileFacts(*fact[0])
            for name, data in fact[1].items():
                collected.setdefault(name, []).append((path, data))
        for seen in collected.values():
            seen.sort(key=itemgetter(0))
        return Merged(dict(sorted(files.items())), collected)


def merged(facts: Iterable[tuple[str, Any]]) -> Merged:
    """The facts of all files by path, put together."""
    return Merged({}, {}).renewed(facts)


def load_merged(folder: Path, key: bytes) -> tuple[dict[str, str], Merged] | None:
    """What was kept under the key, which stands for all that facts depend on besides the files, with the blob of each file; None where that
    is not there, or damaged.
    """
    head = _MAGIC + key
    try:
        data = _file(folder).read_bytes()
        body = memoryview(data)[len(head) + 4 :]
        if not data.startswith(head) or crc32(body) != int.from_bytes(data[len(head) : len(head) + 4], "little"):
            return None
        blobs, files, collected = marshal.loads(body)
    except (OSError, ValueError, TypeError, EOFError):
        return None
    return blobs, Merged(dict(zip(files, map(partial(tuple.__new__, FileFacts), files.values()), strict=True)), collected)


def save_merged(folder: Path, key: bytes, blobs: dict[str, str], merged: Merged) -> None:
    """Keep it in the place of what was kept before. Does nothing where the folder cannot be written."""
    body = marshal.dumps((blobs, {path: tuple(facts) for path, facts in merged.files.items()}, merged.collected))
    if len(body) > _LIMIT:
        return
    try:
        replace_file(_file(folder), _MAGIC + key + crc32(body).to_bytes(4, "little") + body)
    except OSError:
        return


def _file(folder: Path) -> Path:
    return folder / f"facts-{sys.implementation.cache_tag}-{FORMAT}.bin"
