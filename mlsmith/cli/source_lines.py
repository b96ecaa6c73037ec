"""The lines of a file as a finding counts them, for the code frames of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlsmith.engine.trees import open_working_tree
from mlsmith.errors import SourceError
from mlsmith.sources.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class SourceLines:
    """Lines by path and, in a notebook, cell; empty where the file cannot be read any more. Keys are masked, whichever finding is shown.
    Remembers the last file.
    """

    def __init__(self, root: Path, overlay: Mapping[str, bytes]) -> None:
        self._tree = open_working_tree(root, overlay)
        self._last: tuple[str, int | None] = ("", None)
        self._lines: list[str] = []

    def __call__(self, path: str, cell: int | None) -> list[str]:
        if (path, cell) != self._last:
            self._last = (path, cell)
            try:
                self._lines = [masked(line) for line in _lines(self._tree.read(path), cell)]
            except SourceError:
                self._lines = []
        return self._lines


def _lines(data: bytes, cell: int | None) -> list[str]:
    from mlsmith.sources.python import decode, split_lines

    if cell is None:
        return split_lines(decode(data))
    from mlsmith.sources.notebook import cell_lines

    return cell_lines(data, cell)
