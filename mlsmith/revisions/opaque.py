"""Files that are compared by their bytes: data, weights, and whatever nobody here can read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from mlsmith.change import Change, Component, Significance
from mlsmith.regex import regex

_OF_BAZEL = frozenset({"BUILD", "BUILD.bazel", "WORKSPACE"})
_REMARK = regex(rb"\s*(?:#.*)?\Z")
_PROGRAM = regex(
    r"\.(?:py[xdi]?|ipynb|[chm]|cc|cpp|cxx|cuh?|hpp|mm|metal|glsl|wgsl|rs|go|java|kt|scala|swift|jsx?|tsx?|vue|svelte|r|jl|lua|pl|rb|f90|proto|fbs|thrift"
    r"|sh|bash|zsh|sbatch|slurm|bat|cmd|ps1|pbs|stan|sql|lock)\Z|(?:^|/)[^/]*docker[^/]*\Z|(?:^|/)postBuild\Z",
    re.IGNORECASE,
)
"""What runs, whoever reads it"""
_MANY = 3
"""So many files of data in one folder are a set, which came or went as one"""


def whole(
    path: str, old: bytes | None, new: bytes | None, *, component: Component = Component.DATA, significance: Significance = Significance.MEDIUM,
    moved_from: str | None = None,
) -> Change:  # fmt: skip
    """One change for a file that cannot be told in parts. Of data that came or went nobody knows whether anything reads them, and of a file
    that is neither data nor a program what it is for.
    """
    what = "added" if old is None else "removed" if new is None else "changed"
    unknown = what != "changed" if component is Component.DATA else not _PROGRAM.search(path)
    return Change(
        component=component, kind=f"file {what}", path=path, line=1, symbol="", subject="(the whole file)", old=shown(old), new=shown(new),
        significance=significance, moved_from=moved_from, rewritten=unknown,
    )  # fmt: skip


def by_folders(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, of many files of data of one kind that came or went in one folder one."""
    sets: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        if change.component is Component.DATA and change.kind in ("file added", "file removed"):
            path = PurePosixPath(change.path)
            sets.setdefault((change.kind, str(path.parent), path.suffix), []).append(change)
        else:
            yield change
    for (kind, folder, suffix), some in sets.items():
        if len(some) < _MANY:
            yield from some
        else:
            yield some[0]._replace(
                kind=kind.replace("file", "files"),
                path=folder,
                subject=f"{len(some)} files *{suffix}",
                old=None,
                new=None,
                steps=tuple(some),
            )


def differ_in_remarks(path: str, old: bytes | None, new: bytes | None) -> bool:
    """Whether two versions of a file of Bazel differ in remarks and empty lines alone."""
    if old is None or new is None or PurePosixPath(path).name not in _OF_BAZEL:
        return False
    return [line for line in old.splitlines() if not _REMARK.match(line)] == [line for line in new.splitlines() if not _REMARK.match(line)]


def unreadable(path: str, line: int, why: str, component: Component, *, old: bool = False) -> Change:
    """One change for a version that says nothing; `old` where it is the earlier one."""
    told = (why, None) if old else (None, why)
    return Change(
        component=component, kind="unreadable", path=path, line=line, symbol="", subject="(the whole file)", old=told[0], new=told[1],
        significance=Significance.HIGH,
    )  # fmt: skip


def shown(data: bytes | None) -> str | None:
    return None if data is None else f"{len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()[:12]}"
