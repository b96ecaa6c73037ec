"""Two revisions of a repository: the changes of behaviour between them, and how much else differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.engine.trees import Below, open_working_tree
from mlsmith.regex import regex
from mlsmith.revisions.compare import compare
from mlsmith.revisions.pointers import is_pointer, pointer_change
from mlsmith.sources.tree import RevisionTree

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.settings import Settings
    from mlsmith.sources.git import Changed, Repository
    from mlsmith.sources.tree import Tree

_HUNK = regex(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes, and how many files and hunks of the textual diff show none."""

    changes: tuple[Change, ...]
    cosmetic_files: int
    cosmetic_hunks: int


class _Hunk(NamedTuple):
    """Lines that a hunk replaces, and those that it puts there; a range that holds none ends before it begins."""

    old: tuple[int, int]
    new: tuple[int, int]


def difference(repository: Repository, root: Path, before: str, after: str | None, settings: Settings) -> Difference:
    """What differs in the project at `root` between two commits, or a commit and the working tree (None). Raises GitError."""
    prefix = repository.prefix_of(root)
    changed = _local(repository.changed_paths(before, after), prefix)
    pointers = {
        delta.path.removeprefix(prefix): delta
        for delta in repository.deltas(before, after)
        if is_pointer(delta) and delta.path.startswith(prefix)
    }
    for path in pointers:
        changed.pop(path, None)
    with RevisionTree(repository, before) as old, RevisionTree(repository, after or before) as other:
        new = _below(other, prefix) if after else open_working_tree(root)
        found = compare(_below(old, prefix), new, changed, settings)
    told = [*found.changes, *(pointer_change(repository, delta, path) for path, delta in pointers.items())]
    changes = tuple(sorted(told, key=lambda change: (change.path, change.line, change.subject)))
    hunks = _hunks(repository, prefix, before, after)
    quiet = [path for path, some in hunks.items() for hunk in some if not any(_speaks(change, path, hunk) for change in changes)]
    return Difference(changes, len(set(quiet)), len(quiet))


def _below(tree: RevisionTree, prefix: str) -> Tree:
    return Below(tree, prefix.rstrip("/")) if prefix else tree


def _local(changed: dict[str, Changed], prefix: str) -> dict[str, Changed]:
    """Changed paths relative to the project; what came from outside of it was added, what left it is gone."""
    found = {}
    for path, how in changed.items():
        if path.startswith(prefix):
            inside = how.old_path is None or how.old_path.startswith(prefix)
            old_path = how.old_path.removeprefix(prefix) if how.old_path is not None and inside else None
            found[path.removeprefix(prefix)] = how._replace(status=how.status if inside else "A", old_path=old_path)
        elif how.old_path is not None and how.old_path.startswith(prefix):
            found[how.old_path.removeprefix(prefix)] = how._replace(status="D", old_path=None)
    return found


def _hunks(repository: Repository, prefix: str, before: str, after: str | None) -> dict[str, list[_Hunk]]:
    """Path, of what is gone the old one → the hunks of the textual diff."""
    revisions = [before, *([after] if after else [])]
    output = repository.run("diff", "-U0", "-M", "--no-color", "--no-ext-diff", "--no-textconv", "--no-prefix", *revisions, "--")
    found: dict[str, list[_Hunk]] = {}
    old_path = path = ""
    for line in output.split(b"\n"):
        if line.startswith(b"--- "):
            old_path = _named(line)
        elif line.startswith(b"+++ "):
            path = _named(line)
            path = old_path if path == "/dev/null" else path
        match = _HUNK.match(line)
        if match and path.startswith(prefix):
            found.setdefault(path.removeprefix(prefix), []).append(_Hunk(_range(match[1], match[2]), _range(match[3], match[4])))
    return found


def _named(line: bytes) -> str:
    return line[4:].decode("utf-8", "surrogateescape").rstrip("\t")


def _range(first: bytes, length: bytes | None) -> tuple[int, int]:
    return int(first), int(first) + int(length or 1) - 1


def _speaks(change: Change, path: str, hunk: _Hunk) -> bool:
    """Whether a change is told of a hunk. What is gone stands on a line of the old version."""
    if any(_speaks(step, path, hunk) for step in change.steps):
        return True
    if change.path != path:
        return False
    if change.old_line is not None and _is_in(change.old_line, hunk.old):
        return True
    gone = change.kind.endswith("removed") or (change.new is None and change.old is not None and change.old_line is None)
    return _is_in(change.line, hunk.old if gone else hunk.new)


def _is_in(line: int, lines: tuple[int, int]) -> bool:
    return lines[0] <= line <= lines[1]
