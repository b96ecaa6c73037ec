"""Links and submodules: what has no content of its own, and differs by where it points to."""

from __future__ import annotations

import os

from mlsmith.change import Change, Component, Significance
from mlsmith.sources.git import Delta, Repository

_KINDS = {"120000": "link", "160000": "submodule"}


def is_pointer(delta: Delta) -> bool:
    return delta.old_mode in _KINDS or delta.new_mode in _KINDS


def pointer_change(repository: Repository, delta: Delta, path: str) -> Change:
    """The change of one of them, under a path of the project."""
    kind = _KINDS.get(delta.new_mode) or _KINDS[delta.old_mode]
    return Change(
        component=Component.SOURCE, kind=kind, path=path, line=1, symbol="", subject="link to" if kind == "link" else "submodule at",
        old=_target(repository, delta.old_path or delta.path, delta.old_mode, delta.old_blob),
        new=_target(repository, delta.path, delta.new_mode, delta.new_blob),
        significance=Significance.HIGH if kind == "submodule" else Significance.MEDIUM,
    )  # fmt: skip


def _target(repository: Repository, path: str, mode: str, blob: str) -> str | None:
    """Where a link points, or the commit of a submodule; None where there is something else, or nothing."""
    kind = _KINDS.get(mode)
    if kind is None:
        return None
    if blob.strip("0"):
        return blob if kind == "submodule" else os.fsdecode(repository.run("cat-file", "blob", blob))
    return os.readlink(repository.root / path) if kind == "link" else "another commit"  # Of the working tree, git says no more.
