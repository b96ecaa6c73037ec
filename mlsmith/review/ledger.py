"""Approvals as files: `.mlsmith/approvals/<aa>/<sha256>.json` with `.sig`, added and never touched again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.engine.cache import replace_file
from mlsmith.errors import SourceError
from mlsmith.review.statement import Statement, name_of
from mlsmith.sources.tree import WorkingTree

if TYPE_CHECKING:
    from mlsmith.review.history import Way
    from mlsmith.sources.tree import Tree

FOLDER = ".mlsmith/approvals"


@dataclass(frozen=True, slots=True)
class Approval:
    """One kept statement; `signature` is empty where there is none."""

    name: str
    statement: Statement
    data: bytes
    signature: bytes


@dataclass(frozen=True)
class Ledger:
    approvals: tuple[Approval, ...]
    damaged: tuple[tuple[str, str], ...]
    """(path, what is wrong with it)"""

    def about(self, path: str) -> list[Approval]:
        """What is said of a configuration, by its path from the root of the repository."""
        return self._by_path.get(path, [])

    @cached_property
    def _by_path(self) -> dict[str, list[Approval]]:
        found: dict[str, list[Approval]] = {}
        for approval in self.approvals:
            found.setdefault(approval.statement.path, []).append(approval)
        return found


def read_ledger(tree: Tree) -> Ledger:
    """All approvals of a tree, by name."""
    approvals: list[Approval] = []
    damaged: list[tuple[str, str]] = []
    names = set(listed(tree))
    for path in sorted(names):
        if not path.endswith(".json"):
            continue
        name = path.rpartition("/")[2].removesuffix(".json")
        signature = path.removesuffix(".json") + ".sig"
        try:
            data = tree.read(path).replace(b"\r\n", b"\n")
            signed = tree.read(signature).replace(b"\r\n", b"\n") if signature in names else b""
            statement = Statement.from_bytes(data)
        except SourceError as error:
            damaged.append((path, error.message))
            continue
        except ValueError as error:
            damaged.append((path, str(error)))
            continue
        if name_of(data) != name or path != place_of(name):
            damaged.append((path, "does not bear the name that its content has: it was edited or moved"))
            continue
        approvals.append(Approval(name, statement, data, signed))
    return Ledger(tuple(approvals), tuple(damaged))


def place_of(name: str) -> str:
    return f"{FOLDER}/{name[:2]}/{name}.json"


def write_approval(root: Path, statement: Statement, signature: bytes) -> Path:
    """Add an approval to the working tree, its signature first, so that it is never there without. Raises OSError."""
    data = statement.to_bytes()
    file = root / place_of(name_of(data))
    file.parent.mkdir(parents=True, exist_ok=True)
    if signature:
        replace_file(file.with_suffix(".sig"), signature, mode=0o644)
    replace_file(file, data, mode=0o644)
    return file


def touched(way: Way, prefix: str) -> list[str]:
    """Approvals that a commit on the way changed, moved or deleted: only additions are legal."""
    folder = f"{prefix}{FOLDER}/"
    gone = {delta.old_path for commit in way.commits.values() for delta in commit.deltas if delta.status != "A" and delta.old_path}
    return sorted(path.removeprefix(prefix) for path in gone if path.startswith(folder))


def missing(base: Tree, head: Tree) -> list[str]:
    """Approvals of the base that the head has no longer, or otherwise."""
    now = set(listed(head))
    return [path for path in listed(base) if path not in now or not unchanged(base, head, path)]


def unchanged(base: Tree, head: Tree, path: str) -> bool:
    """Whether both have the same there, line ends aside."""
    try:
        return base.blob_id(path) == head.blob_id(path) or base.read(path) == head.read(path).replace(b"\r\n", b"\n")
    except SourceError:
        return False


def listed(tree: Tree) -> list[str]:
    """The files of the ledger; of a working tree nothing else is walked through."""
    paths = tree.paths(enter=_leads_to_ledger) if isinstance(tree, WorkingTree) else tree.paths()
    return [path for path in paths if path.startswith(f"{FOLDER}/") and path.endswith((".json", ".sig"))]


def _leads_to_ledger(folder: str) -> bool:
    return f"{FOLDER}/".startswith(f"{folder}/") or folder.startswith(f"{FOLDER}/")
