"""The commits between two revisions, read once: what each touches, and who is behind it."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from mlsmith.errors import GitError
from mlsmith.review.people import Behind, People, behind_commit
from mlsmith.review.signing import Checks
from mlsmith.sources.git import Delta, Repository, delta_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mlsmith.sources.tree import RevisionTree

_LOG = (
    "-c", "log.diffMerges=separate", "-c", "log.showRoot=true", "log", "--raw", "--no-abbrev", "-z", "-M", "-m", "--topo-order", "--reverse",
    "--no-ext-diff", "--no-textconv", "-O/dev/null",
)  # fmt: skip
_FORMAT = "--format=%x01%H %ct %P"


@dataclass(slots=True)
class Commit:
    """`deltas`: against each parent in turn, so that what differs from both parents of a merge stands there twice."""

    name: str
    time: datetime
    parents: tuple[str, ...]
    deltas: list[Delta] = field(default_factory=list)

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1


class Way:
    """All commits that lead from one revision to another."""

    def __init__(self, repository: Repository, base: str, tip: str) -> None:
        self._repository = repository
        self.base, self.tip = base, tip

    @cached_property
    def commits(self) -> dict[str, Commit]:
        """Name → commit, parents before children."""
        return {commit.name: commit for commit in _read(self._repository, f"{self.base}..{self.tip}")} if self.base != self.tip else {}

    @cached_property
    def _touching(self) -> dict[str, list[Commit]]:
        return _by_path(self.commits.values())

    def authors(self, paths: Iterable[str]) -> list[Commit]:
        """The commits that made what stands at these paths now, under whatever names it stood on the way; merges that decided nothing
        are none.
        """
        return _made(self._touching, paths, self.decides)

    def decides(self, merge: Commit, path: str) -> bool:
        """Whether a merge gives a path another content than the one side that had changed it."""
        if len(merge.parents) != 2 or sum(delta.path == path for delta in merge.deltas) != 1:
            return True
        forks = self._repository.run("merge-base", "--all", *merge.parents).decode().split()
        if len(forks) != 1:
            return True
        here, one, other, fork = (self._entry(commit, path) for commit in (merge.name, *merge.parents, forks[0]))
        return here != (one if other == fork else other)

    def _entry(self, commit: str, path: str) -> bytes:
        return self._repository.run("ls-tree", "-z", "--full-tree", commit, "--", path).partition(b"\t")[0]


@dataclass(frozen=True, slots=True)
class Step:
    """A commit of the branch itself, what it changes against its first parent, and all commits that it brings."""

    commit: Commit
    parent: str
    deltas: list[Delta]
    brings: frozenset[str]


class Branch:
    """The steps of a branch since a revision: each merge with what it merged."""

    def __init__(self, way: Way, repository: Repository) -> None:
        self._way = way
        steps = list(_read(repository, f"{way.base}..{way.tip}", "--first-parent")) if way.base != way.tip else []
        self._seen: set[str] = set()
        self._tops = {commit.name: number for number, commit in enumerate(steps)}
        self.steps: list[Step] = []
        self._changed_at: dict[str, list[int]] = {}
        for number, commit in enumerate(steps):
            brings = self._reached(commit.name)
            parent = commit.parents[0] if commit.parents else way.base
            self.steps.append(Step(way.commits[commit.name], parent, commit.deltas, brings))
            for delta in commit.deltas:
                for path in {delta.path, delta.old_path or delta.path}:
                    self._changed_at.setdefault(path, []).append(number)

    def authors(self, number: int, paths: Iterable[str]) -> list[Commit]:
        """The commits that made what a step changes at these paths."""
        step = self.steps[number]
        if not step.commit.is_merge:
            return [step.commit]
        names = list(paths)
        sides = [self._way.commits[name] for name in step.brings if name != step.commit.name]
        found = _made(_by_path(sides), names, self._way.decides)
        return [*found, step.commit] if not found or any(self._decides(step, number, path) for path in names) else found

    def _decides(self, step: Step, number: int, path: str) -> bool:
        """As `Way.decides`, for a merge into the branch, without asking git again."""
        touched = sum(delta.path == path for delta in step.commit.deltas)
        if touched != 1 or len(step.commit.parents) != 2:
            return touched > 0
        changed = self._changed_at.get(path, [])
        return bisect_left(changed, number) > bisect_right(changed, self._fork(step))

    def _fork(self, step: Step) -> int:
        """The place on the branch that a merge's other side left it at, -1 where that cannot be said so simply."""
        commits = self._way.commits
        edges = [*step.commit.parents[1:], *(p for name in step.brings if name != step.commit.name for p in commits[name].parents)]
        places = [self._tops.get(parent, -1) for parent in edges if parent not in step.brings]
        return max(places) if places and min(places) >= 0 else -1

    def _reached(self, start: str) -> frozenset[str]:
        """What a commit of the branch brings: everything that no earlier one has."""
        found = []
        pending = [start]
        while pending:
            name = pending.pop()
            if name not in self._seen and name in self._way.commits:
                self._seen.add(name)
                found.append(name)
                pending += self._way.commits[name].parents
        return frozenset(found)


class Register:
    """Who is behind commits, each looked up once."""

    def __init__(self, people: People, checks: Checks, reader: RevisionTree) -> None:
        self._people, self._checks, self._reader = people, checks, reader
        self._known: dict[str, Behind] = {}

    def look_up(self, commits: Iterable[Commit], pool: Executor) -> None:
        """Look up many at once: each signature is a process of its own."""
        new = [name for name in dict.fromkeys(commit.name for commit in commits) if name not in self._known]
        raws = [self._reader.read_blob(name) for name in new]
        self._known.update(zip(new, pool.map(lambda raw: behind_commit(raw, self._people, self._checks), raws), strict=True))

    def behind(self, commits: Iterable[Commit]) -> Behind:
        """Of commits that were looked up."""
        found = Behind()
        for commit in commits:
            found |= self._known[commit.name]
        return found


def _by_path(commits: Iterable[Commit]) -> dict[str, list[Commit]]:
    """Path, old or new → commits that touch it, each once."""
    found: dict[str, list[Commit]] = {}
    for commit in commits:
        for path in {name for delta in commit.deltas for name in (delta.path, delta.old_path) if name}:
            found.setdefault(path, []).append(commit)
    return found


def _made(touching: dict[str, list[Commit]], paths: Iterable[str], decides: Callable[[Commit, str], bool]) -> list[Commit]:
    pending, seen = list(paths), set(paths)
    found: dict[str, Commit] = {}
    while pending:
        path = pending.pop()
        for commit in touching.get(path, ()):
            if commit.is_merge and not decides(commit, path):
                continue
            found[commit.name] = commit
            olds = {delta.old_path for delta in commit.deltas if delta.path == path and delta.status == "R" and delta.old_path}
            pending += olds - seen
            seen |= olds
    return list(found.values())


def introducing(repository: Repository, blob: str, path: str) -> list[Commit]:
    """The commits that gave a path this content."""
    try:
        found = list(_read(repository, "HEAD", f"--find-object={blob}", paths=(path,)))
    except GitError:
        return []
    return [commit for commit in found if any(delta.new_blob == blob for delta in commit.deltas)]


def _read(repository: Repository, span: str, *more: str, paths: tuple[str, ...] = ()) -> Iterator[Commit]:
    """Commits as `git log` tells them; one with several parents is told once a parent."""
    fields: Iterator[str] = iter([os.fsdecode(part) for part in repository.run(*_LOG, *more, _FORMAT, span, "--", *paths).split(b"\0")])
    current: Commit | None = None
    for text in fields:
        head = text.lstrip("\n")
        if head.startswith("\x01"):
            name, time, *parents = head[1:].split()
            if current is None or current.name != name:
                if current is not None:
                    yield current
                current = Commit(name, _time(time), tuple(parents))
        elif head.startswith(":") and current is not None:
            current.deltas.append(delta_of(head, fields))
    if current is not None:
        yield current


def _time(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
