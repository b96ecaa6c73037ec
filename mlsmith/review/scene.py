"""A project in its repository, seen from one commit: what changes there, and what stood and stands at each path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.engine.trees import Below
from mlsmith.errors import GitError
from mlsmith.review.items import links_in
from mlsmith.review.ledger import missing, touched, unchanged
from mlsmith.review.policy import policy_in, section_of
from mlsmith.review.versions import LINK, SUBMODULE, Form, Version, committed, on_disk
from mlsmith.settings import FILES, load_settings
from mlsmith.sources.git import Delta, Repository
from mlsmith.sources.tree import RevisionTree

if TYPE_CHECKING:
    from mlsmith.review.history import Commit, Way
    from mlsmith.review.judge import Item
    from mlsmith.review.ledger import Ledger
    from mlsmith.review.policy import Policy
    from mlsmith.sources.tree import Tree

PROTECTED = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""Where a change is headed, if nobody says: the first of these that exists"""


class Scene:
    """What stays the same for all that is judged in one go."""

    def __init__(self, repository: Repository, tree: RevisionTree, root: Path) -> None:
        self.repository, self.tree, self.root = repository, tree, root
        self.prefix = repository.prefix_of(root)
        self.identity = _identity(repository, tree.revision)
        self.before = below(tree, self.prefix)

    def local(self, deltas: Iterable[Delta]) -> Iterator[Delta]:
        """What changes in the project, by its own paths; what came from outside of it was added."""
        for delta in deltas:
            if not delta.path.startswith(self.prefix):
                if delta.status == "R" and delta.old_path is not None and delta.old_path.startswith(self.prefix):
                    gone = delta.old_path.removeprefix(self.prefix)
                    yield delta._replace(path=gone, old_path=gone, status="D", new_mode="000000", new_blob="")
                continue
            path = delta.path.removeprefix(self.prefix)
            old = delta.old_path
            if old is not None and not old.startswith(self.prefix):
                yield Delta(path, None, "A", "000000", delta.new_mode, "", delta.new_blob)
            else:
                yield delta._replace(path=path, old_path=None if old is None else old.removeprefix(self.prefix))

    def committed(self, delta: Delta) -> tuple[Version, Version]:
        return committed(self.tree, delta.old_mode, delta.old_blob), committed(self.tree, delta.new_mode, delta.new_blob)

    def on_disk(self, delta: Delta) -> tuple[Version, Version]:
        before = committed(self.tree, delta.old_mode, delta.old_blob)
        if delta.new_mode == SUBMODULE:
            return before, on_disk(str(self.root), delta.path, submodule=delta.new_blob or self._checked_out(delta.path))
        return before, on_disk(os.path.realpath(self.root), delta.path)

    def made(self, item: Item, policy: Policy, commits: list[Commit]) -> list[Commit]:
        """The commits that are behind an item: of those that touch the settings' file, only those that touch the policy in it."""
        if item.path != policy.file:
            return commits
        return [commit for commit in commits if commit.is_merge or any(self._alters_policy(delta) for delta in commit.deltas)] or commits

    def _alters_policy(self, delta: Delta) -> bool:
        if delta.path not in {f"{self.prefix}{name}" for name in FILES}:
            return False
        old, new = self.committed(delta)
        return section_of(data_of(old), delta.path) != section_of(data_of(new), delta.path)

    def _checked_out(self, path: str) -> str:
        try:
            return Repository(self.root / path).rev_parse("HEAD")
        except GitError:
            return "nothing"

    def links(self, deltas: Iterable[Delta], *, working: bool) -> dict[str, str]:
        """The links of both sides; where one leads elsewhere now, to where it leads now."""
        found = links_in(self.tree, self.prefix)
        for delta in deltas:
            if working and os.path.islink(self.root / delta.path):
                found[delta.path] = os.readlink(self.root / delta.path)
            elif not working and delta.new_mode == LINK:
                found[delta.path] = os.fsdecode(self.tree.read_blob(delta.new_blob))
        return found


def protected(repository: Repository) -> str:
    """The branch that a change is headed for. `HEAD` where there is none of the usual names."""
    for name in PROTECTED:
        try:
            repository.rev_parse(name)
        except GitError:
            continue
        return name
    return "HEAD"


def project_of(start: Path, repository: Repository, tree: RevisionTree) -> Path:
    """The project that a folder is in: the nearest one above it with a policy in the base, so that no change can lead elsewhere."""
    folder = start.resolve()
    while folder.is_relative_to(repository.root):
        prefix = repository.prefix_of(folder)
        if any(f"{prefix}{name}" in tree.blobs for name in FILES) and policy_in(below(tree, prefix)).settings.configs:
            return folder
        folder = folder.parent
    root = load_settings(start)[1]
    return root if root.is_relative_to(repository.root) else repository.root


def fork_of(repository: Repository, against: str, tip: str) -> str:
    """The one commit at which the change left the branch that it is headed for. Raises GitError where there are two."""
    repository.merge_base(against, tip)  # Says in one line why there is none.
    forks = repository.run("merge-base", "--all", repository.rev_parse(against), tip).decode().split()
    if len(forks) > 1:
        raise GitError(
            f'the change and "{against}" have {len(forks)} merge bases, so that it is not clear whose policy holds',
            advice=f"merge {against} into it first",
        )
    return forks[0]


def names_of(item: Item, policy: Policy, prefix: str) -> list[str]:
    """The paths, from the repository's root, that commits must have touched to be behind an item."""
    names = [*item.paths, *FILES] if item.path == policy.file else list(item.paths)
    return [f"{prefix}{name}" for name in dict.fromkeys(names)]


def broken_in(scene: Scene, after: Tree, ledger: Ledger, way: Way) -> tuple[str, ...]:
    """What is wrong with the ledger as such, in words."""
    lost = [f"{path} was changed or deleted; approvals are only ever added" for path in missing(scene.before, after)]
    # What the base has is not this change's doing, and nobody may take it away.
    damaged = [f"{path} {what}" for path, what in ledger.damaged if not unchanged(scene.before, after, path)]
    on_the_way = [
        f"{path} was changed or deleted by a commit on the way; approvals are only ever added" for path in touched(way, scene.prefix)
    ]
    return tuple(dict.fromkeys([*lost, *damaged, *on_the_way]))


def data_of(version: Version) -> bytes | None:
    return version.data if version.form is Form.FILE else None


def below(tree: RevisionTree, prefix: str) -> Tree:
    return Below(tree, prefix.removesuffix("/")) if prefix else tree


def threads() -> int:
    """Each waits for a process most of the time."""
    return min(8, 2 * (os.cpu_count() or 1))


def _identity(repository: Repository, commit: str) -> str:
    """The root commit. Raises GitError in a shallow clone, where it cannot be known."""
    if repository.is_shallow:
        raise GitError(
            "this clone is shallow: neither the root commit nor all authors can be known",
            advice="fetch the history, e.g. `git fetch --unshallow`",
        )
    return repository.run("rev-list", "--first-parent", "--max-parents=0", commit).decode().split()[0]
