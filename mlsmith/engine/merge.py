"""The facts of all files put together, and kept in one piece: a run that was asked about few files then looks up none of the others."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Collection, Iterable
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from mlsmith.engine.cache import mapped, replace_file
from mlsmith.engine.state import FORMAT, opened, sealed
from mlsmith.index.collected import Collected
from mlsmith.index.facts import FileFacts

_MAGIC = b"mlsmith facts\n"
_LIMIT = 64 << 20
"""Bytes of what is kept; a larger project is put together anew each time"""

Facts = Iterable[tuple[str, Any]]
"""Of files by path, as their analyses have them"""


class Merged(NamedTuple):
    """`files` has the facts of the Python files, in path order."""

    files: dict[str, FileFacts]
    collected: Collected


class KeptFacts(NamedTuple):
    """What was known of a project whose files were these blobs."""

    blobs: dict[str, str]
    files: dict[str, FileFacts]
    collected: dict[str, bytes]

    def renewed(self, facts: Facts, stale: Collection[str]) -> Merged:
        """With the facts of some files that are known better now; those of all `stale` ones count no more."""
        rest = {path: known for path, known in self.files.items() if path not in stale}
        files, collected = _put_together(facts, rest)
        return Merged(files, Collected(collected, self.collected, stale))


def merged(facts: Facts) -> Merged:
    """The facts of all files put together."""
    files, collected = _put_together(facts, {})
    return Merged(files, Collected(collected))


def _put_together(facts: Facts, files: dict[str, FileFacts]) -> tuple[dict[str, FileFacts], dict[str, list[tuple[str, Any]]]]:
    collected: dict[str, list[tuple[str, Any]]] = {}
    for path, fact in facts:
        if fact is None:
            continue
        if fact[0] is not None:
            files[path] = FileFacts(*fact[0])
        for name, data in fact[1].items():
            collected.setdefault(name, []).append((path, data))
    for seen in collected.values():
        seen.sort(key=itemgetter(0))
    return {path: files[path] for path in sorted(files)}, collected


def load_merged(folder: Path, key: bytes) -> KeptFacts | None:
    """What was kept under the key, which stands for all that facts depend on besides the files; None where that is not there, or damaged."""
    try:
        blobs, files, collected = opened(mapped(_file(folder)), _MAGIC + key)
    except (ValueError, TypeError, EOFError):
        return None
    return KeptFacts(blobs, dict(zip(files, map(partial(tuple.__new__, FileFacts), files.values()), strict=True)), collected)


def save_merged(folder: Path, key: bytes, blobs: dict[str, str], merged: Merged) -> None:
    """Keep it in the place of what was kept before. Does nothing where the folder cannot be written."""
    files = {path: tuple(facts) for path, facts in merged.files.items()}
    data = sealed(_MAGIC + key, (blobs, files, {name: marshal.dumps(seen) for name, seen in merged.collected.all().items()}))
    if len(data) > _LIMIT:
        return
    try:
        replace_file(_file(folder), data)
    except OSError:
        return


def _file(folder: Path) -> Path:
    return folder / f"facts-{sys.implementation.cache_tag}-{FORMAT}.bin"
