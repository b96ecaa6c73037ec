"""Approvals as files: `.mlsmith/approvals/<aa>/<sha256>.json` with `.sig`, added and never touched again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.engine.cache import replace_file
from mlsmith.errors import SourceError
from mlsmith.review.statement import Statement, name_of

if TYPE_CHECKING:
    from mlsmith.sources.git import Repository
    from mlsmith.sources.tree import Tree

FOLDER = ".mlsmith/approvals"


@dataclass(frozen=True, slots=True)
class Approval:
    """One kept statement; `signature` is empty where there is none."""

    name: str
    statement: Statement
    data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Ledger:
    approvals: tuple[Approval, ...]
    damaged: tuple[tuple[str, str], ...]
    """(path, what is wrong with it)"""


def read_ledger(tree: Tree) -> Ledger:
    """All approvals of a tree, by name."""
    approvals: list[Approval] = []
    damaged: list[tuple[str, str]] = []
    listed = set(_listed(tree))
    for path in sorted(listed):
        if not path.endswith(".json"):
            continue
        name = path.rpartition("/")[2].removesuffix(".json")
        signature = path.removesuffix(".json") + ".sig"
        try:
            data = tree.read(path).replace(b"\r\n", b"\n")
            signed = tree.read(signature).replace(b"\r\n", b"\n") if signature in listed else b""
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


def touched(repository: Repository, prefix: str, base: str, head: str) -> list[str]:
    """Approvals that a commit between two revisions changed, moved or deleted: only additions are legal."""
    arguments = ["log", "--format=", "--name-only", "-z", "--no-renames", "--diff-filter=MDT", "-m", "--no-ext-diff", f"{base}..{head}"]
    output = repository.run(*arguments, "--", f"{prefix}{FOLDER}")
    gone = {os.fsdecode(name).lstrip("\n") for name in output.split(b"\0")}
    return sorted(path.removeprefix(prefix) for path in gone if path)


def missing(base: Tree, head: Tree) -> list[str]:
    """Approvals of the base that the head has no longer, or otherwise."""
    now = set(_listed(head))
    return [path for path in _listed(base) if path not in now or base.read(path) != head.read(path).replace(b"\r\n", b"\n")]


def _listed(tree: Tree) -> list[str]:
    return [path for path in tree.paths() if path.startswith(f"{FOLDER}/") and path.endswith((".json", ".sig"))]
