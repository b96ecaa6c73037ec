"""The commits between two revisions, read once: what each touches, and who is behind it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from mlsmith.errors import GitError
from mlsmith.regex import regex
from mlsmith.review.people import Behind, People, behind_commit
from mlsmith.review.signing import Checks
from mlsmith.sources.git import Delta, Repository, delta_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mlsmith.sources.tree import RevisionTree

_LOG = (
    "-c", "log.diffMerges=separate", "-c", "log.showRoot=true", "log", "--raw", "--no-abbrev", "-z", "-M", "-m", "--topo-order", "--reverse",
    "--no-ext-diff", "--no-textconv", "-O/dev/null", "--format=oneline", "--no-decorate", "--no-abbrev-commit",
)  # fmt: skip
_HEAD = regex(r"([0-9a-f]{40,64}) (?:\(from ([0-9a-f]{40,64})\) )?")


@dataclass(slots=True)
class Commit:
    """`against`: what differs from each parent, by the parent's name; from nothing, in a root commit, under an empty one."""

    name: str
    time: datetime
    parents: tuple[str, ...]
    against: dict[str, list[Delta]] = field(default_factory=dict)

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1

    @property
    def deltas(self) -> Iterator[Delta]:
        """Against each parent in turn."""
        for some in self.against.values():
            yield from some


class Way:
    """All commits that lead from one revision to another."""

    def __init__(self, repository: Repository, base: str, tip: str) -> None:
        self._repository = repository
        self.base, self.tip = base, tip
        self._makers: dict[str, dict[str, Commit]] = {}
        self._sides: dict[tuple[str, str], frozenset[str] | None] = {}

    @cached_property
    def commits(self) -> dict[str, Commit]:
        """Name → commit, parents before children."""
        return _read(self._repository, f"{self.base}..{self.tip}") if self.base != self.tip else {}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.commits)}

    @cached_property
    def _touching(self) -> dict[str, list[Commit]]:
        """Path, old or new → commits that touch it, each once, parents before children."""
        found: dict[str, list[Commit]] = {}
        for commit in self.commits.values():
            for path in {name for delta in commit.deltas for name in (delta.path, delta.old_path) if name}:
                found.setdefault(path, []).append(commit)
        return found

    def authors(self, paths: Iterable[str], *, among: Collection[str] | None = None) -> list[Commit]:
        """The commits that made what stands at these paths now, under whatever names it stood on the way; merges that decided nothing
        are none. `among`: only these commits.
        """
        pending, seen = list(paths), set(paths)
        found: dict[str, Commit] = {}
        while pending:
            path = pending.pop()
            makers = self.makers(path)
            names = makers.keys() if among is None or len(makers) < len(among) else among
            for name in names:
                if name not in makers or (among is not None and name not in among):
                    continue
                commit = found[name] = makers[name]
                olds = {delta.old_path for delta in commit.deltas if delta.path == path and delta.status == "R" and delta.old_path}
                pending += olds - seen
                seen |= olds
        return list(found.values())

    def makers(self, path: str) -> dict[str, Commit]:
        """The commits that gave a path a content that it had in none of their parents, nor would have had by merging them."""
        known = self._makers.get(path)
        if known is None:
            known = self._makers[path] = {}
            for commit in self._touching.get(path, ()):  # What a merge decides depends on what was made before it.
                if not commit.is_merge or self._decides(commit, path, known):
                    known[commit.name] = commit
        return known

    def _decides(self, merge: Commit, path: str, makers: dict[str, Commit]) -> bool:
        """Whether a merge gives a path another content than the one side that had changed it."""
        differing = [parent for parent in merge.parents if any(path in (d.path, d.old_path) for d in merge.against.get(parent, ()))]
        if len(differing) != 1 or len(merge.parents) != 2:
            return True
        (left,) = differing
        (taken,) = [parent for parent in merge.parents if parent != left] or [left]
        side = self._only(left, taken)
        if side is None:
            forks = self._repository.run("merge-base", "--all", left, taken).decode().split()
            return len(forks) != 1 or self._entry(left, path) != self._entry(forks[0], path)
        fewer, more = (side, makers) if len(side) < len(makers) else (makers, side)
        return any(name in more for name in fewer)

    def _only(self, one: str, other: str) -> frozenset[str] | None:
        """The commits that lead to the one and not to the other; None where that takes commits from before the base."""
        if (one, other) not in self._sides:
            self._sides[one, other] = self._painted(one, other)
        return self._sides[one, other]

    def _painted(self, one: str, other: str) -> frozenset[str] | None:
        places, commits = self._places, self.commits
        if one not in places or other not in places:
            return None
        colours = {one: 1}
        colours[other] = colours.get(other, 0) | 2
        queue = [-places[name] for name in colours]
        names = list(commits)
        heapify(queue)
        single = sum(colour < 3 for colour in colours.values())
        outside: set[str] = set()
        while queue and single:
            name = names[-heappop(queue)]
            colour = colours[name]
            single -= colour < 3
            for parent in commits[name].parents:
                if parent not in places:
                    outside |= {parent} if colour < 3 else set()
                    continue
                before = colours.get(parent, 0)
                after = before | colour
                if not before:
                    heappush(queue, -places[parent])
                single += (after < 3) - (0 < before < 3)
                colours[parent] = after
        return None if len(outside) > 1 else frozenset(name for name, colour in colours.items() if colour == 1)

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

    def __init__(self, way: Way) -> None:
        self._way = way
        own: list[Commit] = []
        name = way.tip
        while name in way.commits:
            own.append(way.commits[name])
            name = own[-1].parents[0] if own[-1].parents else ""
        seen: set[str] = set()
        self.steps: list[Step] = []
        for commit in reversed(own):
            parent = commit.parents[0] if commit.parents else way.base
            deltas = commit.against.get(commit.parents[0] if commit.parents else "", [])
            self.steps.append(Step(commit, parent, deltas, self._reached(commit.name, seen)))

    def authors(self, step: Step, paths: Iterable[str]) -> list[Commit]:
        """The commits that made what a step changes at these paths."""
        return self._way.authors(paths, among=step.brings) or [step.commit]

    def _reached(self, start: str, seen: set[str]) -> frozenset[str]:
        """What a commit of the branch brings: everything that no earlier one has."""
        found = []
        pending = [start]
        while pending:
            name = pending.pop()
            if name not in seen and name in self._way.commits:
                seen.add(name)
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
        self._reader.read_ahead(new)
        raws = [self._reader.read_blob(name) for name in new]
        self._known.update(zip(new, pool.map(lambda raw: behind_commit(raw, self._people, self._checks), raws), strict=True))

    def behind(self, commits: Iterable[Commit]) -> Behind:
        """Of commits that were looked up."""
        found = Behind()
        for commit in commits:
            found |= self._known[commit.name]
        return found


def introducing(repository: Repository, blob: str, path: str) -> list[Commit]:
    """The commits that gave a path this content."""
    try:
        found = _read(repository, "HEAD", f"--find-object={blob}", paths=(path,))
    except GitError:
        return []
    return [commit for commit in found.values() if any(delta.new_blob == blob for delta in commit.deltas)]


def _read(repository: Repository, span: str, *more: str, paths: tuple[str, ...] = ()) -> dict[str, Commit]:
    """Commits, parents before children: git lists who is whose parent, and tells what differs from which."""
    found: dict[str, Commit] = {}
    for line in repository.run("rev-list", "--parents", "--timestamp", "--topo-order", "--reverse", span, "--").decode().splitlines():
        time, name, *parents = line.split()
        found[name] = Commit(name, _time(time), tuple(parents))
    fields: Iterator[str] = iter([os.fsdecode(part) for part in repository.run(*_LOG, *more, span, "--", *paths).split(b"\0")])
    deltas: list[Delta] = []
    for text in fields:
        if text.startswith(":"):
            deltas.append(delta_of(text, fields))
        elif (head := _HEAD.match(text)) and head.group(1) in found:
            commit = found[head.group(1)]
            parent = (head.group(2) or "") if commit.is_merge else "".join(commit.parents)
            deltas = commit.against.setdefault(parent, [])
    return found


def _time(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
