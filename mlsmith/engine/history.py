"""What git knows of a project, asked for only when a rule wants to know."""

from __future__ import annotations

import marshal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlsmith.engine.cache import key_of
from mlsmith.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlsmith.engine.cache import Store
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
        if self.repository is None:
            return {}
        try:
            counts = self.repository.churn()
        except GitError:
            return {}
        cut = len(self._prefix)
        return {path[cut:]: count for path, count in counts.items() if path.startswith(self._prefix)}

    def last_change(self, path: str, line: int) -> tuple[str, str, str] | None:
        """Author, ISO date and commit that last touched a 1-based line."""
        self.asked = True
        if self.repository is None:
            return None
        try:
            return self.repository.last_change(self._prefix + path, line)
        except GitError:
            return None

    def lines_before(self, paths: Sequence[str], pattern: str, days: int) -> Mapping[str, frozenset[str]]:
        """Lines of the files, stripped, that matched the pattern `days` before the newest commit."""
        self.asked = True
        if self.repository is None:
            return {}
        try:
            found = self.repository.lines_before([self._prefix + path for path in paths], pattern, days)
        except GitError:
            return {}
        return {path[len(self._prefix) :]: lines for path, lines in found.items()}

    def standing(self, days: int) -> Mapping[str, bool]:
        """Every path of the newest commit, and whether it stands there as it stood `days` before."""
        self.asked = True
        if self.repository is None:
            return {}
        try:
            found = self.repository.standing(days)
        except GitError:
            return {}
        return {path[len(self._prefix) :]: same for path, same in found.items() if path.startswith(self._prefix)}

    def words_in(self, paths: Sequence[str], words: Sequence[str]) -> frozenset[str]:
        """Those of the words, in lower case, that stand in one of the files as of the newest commit."""
        self.asked = True
        if self.repository is None or not words:
            return frozenset()
        try:
            return frozenset(self.repository.words_in([self._prefix + path for path in paths], words))
        except GitError:
            return frozenset()

    def changes_of_lines(self, path: str, first: int, last: int) -> tuple[int, ...]:
        """When commits changed the 1-based lines of a file, in seconds before the newest commit, the latest first."""
        self.asked = True
        if self.repository is None:
            return ()
        try:
            return self.repository.changes_of_lines(self._prefix + path, first, last)
        except GitError:
            return ()

    @cached_property
    def head(self) -> str:
        """The commit that history ends with; empty where there is none."""
        if self.repository is None:
            return ""
        try:
            return self.repository.rev_parse("HEAD")
        except GitError:
            return ""

    def guards(self) -> list[Path] | None:
        """The files of git, there or not, that change when history does; None where that cannot be said so
        simply.
        """
        if self.repository is None:
            return []
        folder = self.repository.root / ".git"
        if not folder.is_dir():
            return None  # A worktree or submodule: its parts are spread over another repository.
        try:
            head = (folder / "HEAD").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        names = ["HEAD", "logs/HEAD", "packed-refs"]
        if head.startswith("ref: "):
            names.append(head.removeprefix("ref: ").strip())
        return [folder / name for name in names]

    @cached_property
    def repository(self) -> Repository | None:
        """The repository that holds the project."""
        from mlsmith.sources.git import Repository

        try:
            return Repository.find(self._root)
        except GitError:
            return None

    @cached_property
    def _prefix(self) -> str:
        assert self.repository is not None
        return self.repository.prefix_of(self._root)


class RememberedHistory:
    """A history whose answers about lines are kept with the analyses: asking git for each takes longer than
    all else.
    """

    def __init__(self, history: GitHistory, store: Store, blobs: Mapping[str, str]) -> None:
        self._history = history
        self._store = store
        self._blobs = blobs

    def churn(self) -> Mapping[str, int]:
        return self._history.churn()

    def lines_before(self, paths: Sequence[str], pattern: str, days: int) -> Mapping[str, frozenset[str]]:
        return self._history.lines_before(paths, pattern, days)

    def standing(self, days: int) -> Mapping[str, bool]:
        return self._history.standing(days)

    def words_in(self, paths: Sequence[str], words: Sequence[str]) -> frozenset[str]:
        return self._history.words_in(paths, words)

    def last_change(self, path: str, line: int) -> tuple[str, str, str] | None:
        answer: tuple[str, str, str] | None = self._kept(f"{path}:{line}", "last change", lambda: self._history.last_change(path, line))
        return answer

    def changes_of_lines(self, path: str, first: int, last: int) -> tuple[int, ...]:
        asked = f"{path}:{first},{last}"
        answer: tuple[int, ...] = self._kept(asked, "changes of lines", lambda: self._history.changes_of_lines(path, first, last))
        return answer

    def _kept(self, asked: str, about: str, ask: Callable[[], Any]) -> Any:
        """The answer about lines of a file, given to `path:lines`, from the store if it is there."""
        blob = self._blobs.get(asked.rpartition(":")[0])
        if blob is None:
            return ask()
        self._history.asked = True
        key = key_of(asked, blob, f"{about}\0{self._history.head}")
        kept = self._store.get(key)
        if kept is not None:
            return marshal.loads(kept)
        answer = ask()
        self._store.put(key, marshal.dumps(answer))
        return answer
