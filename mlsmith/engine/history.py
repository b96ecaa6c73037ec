"""What git knows of a project, asked for only when a rule wants to know."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mlsmith.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlsmith.sources.git import Repository


class GitHistory:
    """The history of the project at `root`; every answer is empty where there is no repository.

    `asked` says whether any rule did ask, because then the result depends on more than the files.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.asked = False

    def churn(self) -> Mapping[str, int]:
        """Commits of the last 180 days that touched each path."""
        self.asked = True
        if self._repository is None:
            return {}
        try:
            counts = self._repository.churn()
        except GitError:
            return {}
        cut = len(self._prefix)
        return {path[cut:]: count for path, count in counts.items() if path.startswith(self._prefix)}

    def last_change(self, path: str, line: int) -> tuple[str, str, str] | None:
        """Author, ISO date and commit that last touched a 1-based line."""
        self.asked = True
        if self._repository is None:
            return None
        try:
            return self._repository.last_change(self._prefix + path, line)
        except GitError:
            return None

    @cached_property
    def _repository(self) -> Repository | None:
        from mlsmith.sources.git import Repository

        try:
            return Repository.find(self._root)
        except GitError:
            return None

    @cached_property
    def _prefix(self) -> str:
        assert self._repository is not None
        folder = self._root.relative_to(self._repository.root).as_posix()
        return "" if folder == "." else folder + "/"
