"""Trees seen from the project's root: below a folder of a repository, or with other content than on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlsmith.engine.workers import blob_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlsmith.sources.git import Repository
    from mlsmith.sources.tree import Tree


class Below:
    """What a tree holds below one folder, with paths relative to it."""

    def __init__(self, tree: Tree, folder: str) -> None:
        self._tree = tree
        self._prefix = folder + "/"

    def paths(self) -> list[str]:
        cut = len(self._prefix)
        return [path[cut:] for path in self._tree.paths() if path.startswith(self._prefix)]

    def read(self, path: str) -> bytes:
        return self._tree.read(self._prefix + path)

    def blob_id(self, path: str) -> str:
        return self._tree.blob_id(self._prefix + path)


class Overlaid:
    """A tree in which some files have other content, or are there at all."""

    def __init__(self, tree: Tree, overlay: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._overlay = overlay

    def paths(self) -> list[str]:
        return sorted({*self._tree.paths(), *self._overlay})

    def read(self, path: str) -> bytes:
        return self._overlay[path] if path in self._overlay else self._tree.read(path)

    def blob_id(self, path: str) -> str:
        return blob_of(self._overlay[path]) if path in self._overlay else self._tree.blob_id(path)


def open_working_tree(root: Path, overlay: Mapping[str, bytes] | None = None) -> Tree:
    """The files at `root` as they are on disk, but for those of the overlay."""
    from mlsmith.sources.tree import WorkingTree

    tree = WorkingTree(root)
    return Overlaid(tree, overlay) if overlay else tree


def open_revision(root: Path, commit: str, repository: Repository | None = None, *, among: Sequence[str] = ()) -> Tree:
    """The project at `root` as it was in a commit of the repository that holds it, found if it is not given; for those who want few files,
    it can be as if there were no others. Raises GitError.
    """
    from mlsmith.sources import git
    from mlsmith.sources.tree import RevisionTree

    repository = repository or git.Repository.require(root)
    prefix = repository.prefix_of(root)
    tree = RevisionTree(repository, commit, among=[prefix + path for path in among])
    folder = prefix.removesuffix("/")
    return Below(tree, folder) if folder else tree
