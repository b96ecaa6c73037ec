"""One side of a comparison as compositions read it: many of them take the same files, so that each is read and parsed once."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from mlsmith.errors import SourceError
from mlsmith.revisions.meaning import meaning_of

if TYPE_CHECKING:
    from mlsmith.revisions.meaning import Node
    from mlsmith.sources.tree import Tree


class Reader:
    """Reads a tree; where the other side is given, what did not change is taken from there."""

    def __init__(self, tree: Tree, *, other: Reader | None = None, changed: Container[str] = ()) -> None:
        self._tree = tree
        self._other, self._changed = other, changed
        self._data: dict[str, bytes | None] = {}
        self._meanings: dict[str, Node | None] = {}

    def data(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        if self._other is not None and path not in self._changed:
            return self._other.data(path)
        if path not in self._data:
            try:
                self._data[path] = self._tree.read(path)
            except SourceError:
                self._data[path] = None
        return self._data[path]

    def meaning(self, path: str) -> Node | None:
        """What a file means; None where there is none, or it cannot be read."""
        if self._other is not None and path not in self._changed:
            return self._other.meaning(path)
        if path not in self._meanings:
            self._meanings[path] = meaning_of(self.data(path), path)
        return self._meanings[path]
