"""Which findings are the same: known lines and findings, matched by what does not move when code moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from mlsmith.finding import Finding, Status, number_occurrences


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """One line of a baseline."""

    path: str
    code: str
    scope: str
    anchor: str
    occurrence: int


def known(findings: Iterable[Finding]) -> list[Known]:
    """The lines that would remember these findings, sorted; suppressed ones need none."""
    numbered = number_occurrences([finding for finding in findings if finding.status is not Status.SUPPRESSED])
    return sorted({_key(f) for f in numbered})


def match(
    findings: Iterable[Finding], entries: Iterable[Known], renamed: Mapping[str, str], *, exists: Callable[[str], bool] | None = None
) -> list[Finding]:
    """The findings, those that are known with status baseline. `renamed` is new path → old path, as git follows renames; `exists` says
    whether a path is still there (by default: whether something was found in it).

    Each line knows at most one finding. A finding is looked for with its scope in its file, then by its line anywhere in the file,
    then in the file's old name, then, again with its scope and without, in files that are gone.
    """
    return _matched(findings, entries, renamed, exists)[0]


def compare(
    before: Iterable[Finding], after: Iterable[Finding], renamed: Mapping[str, str], *, exists: Callable[[str], bool]
) -> tuple[list[Finding], list[Finding]]:
    """The findings that came and those that went between two versions of a project; suppressed ones are there, but are neither.

    A function that was moved to another file, with the same rule, scope and line gone there and come here, brings and mends nothing.
    Code outside of functions and classes has nothing that says it is the same.
    """
    old, new = number_occurrences(list(before)), list(after)
    decided, left = _matched([_loud(finding) for finding in new], known(map(_loud, old)), renamed, exists)
    come = [f for f, found in zip(new, decided, strict=True) if found.status is Status.NEW and f.status is Status.NEW]
    gone = [f for f in old if f.status is Status.NEW and left.get(_key(f))]
    return _without_moved(come, gone)


def _matched(
    findings: Iterable[Finding], entries: Iterable[Known], renamed: Mapping[str, str], exists: Callable[[str], bool] | None
) -> tuple[list[Finding], dict[Known, int]]:
    """The findings with their status, and how often each line is left."""
    found = list(findings)
    present = {finding.path for finding in found}
    pool = _Pool(entries, exists or present.__contains__)
    open_: list[tuple[int, Finding]] = [(i, f) for i, f in enumerate(found) if f.status is Status.NEW]
    for look in (pool.exact, pool.in_scope, pool.in_file):
        open_ = [(i, f) for i, f in open_ if not _settle(found, i, f, look(f, f.path))]
    for look in (pool.exact, pool.in_scope, pool.in_file):
        open_ = [(i, f) for i, f in open_ if f.path not in renamed or not _settle(found, i, f, look(f, renamed[f.path]))]
    for look_gone in (pool.orphaned, pool.adrift):
        open_ = [(i, f) for i, f in open_ if not _settle(found, i, f, look_gone(f))]
    return found, pool.left


def _without_moved(come: Iterable[Finding], gone: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    left: dict[tuple[str, str, str], list[Finding]] = {}
    kept = list(gone)
    for finding in kept:
        left.setdefault((finding.code, finding.scope, finding.anchor), []).append(finding)
    new, paired = [], set()
    for finding in come:
        olds = left.get((finding.code, finding.scope, finding.anchor)) if finding.scope else None
        if olds:
            paired.add(id(olds.pop()))
        else:
            new.append(finding)
    return new, [finding for finding in kept if id(finding) not in paired]


def _loud(finding: Finding) -> Finding:
    return finding.with_status(Status.NEW)


def _key(finding: Finding) -> Known:
    return Known(finding.path, finding.code, finding.scope, finding.anchor, finding.occurrence)


def _settle(found: list[Finding], index: int, finding: Finding, known_: bool) -> bool:
    if known_:
        found[index] = finding.with_status(Status.BASELINE)
    return known_


class _Pool:
    """The lines of a baseline that no finding has claimed yet."""

    def __init__(self, entries: Iterable[Known], exists: Callable[[str], bool]) -> None:
        self.left: dict[Known, int] = {}
        self._by_line: dict[tuple[str, str, str], list[Known]] = {}
        self._gone: dict[tuple[str, str], list[Known]] = {}
        for entry in sorted(entries):
            self.left[entry] = self.left.get(entry, 0) + 1
            self._by_line.setdefault((entry.path, entry.code, entry.anchor), []).append(entry)
            if not exists(entry.path):
                self._gone.setdefault((entry.code, entry.anchor), []).append(entry)

    def exact(self, finding: Finding, path: str) -> bool:
        return self._take(replace(_key(finding), path=path))

    def in_scope(self, finding: Finding, path: str) -> bool:
        lines = self._by_line.get((path, finding.code, finding.anchor), ())
        return any(entry.scope == finding.scope and self._take(entry) for entry in lines)

    def in_file(self, finding: Finding, path: str) -> bool:
        return any(self._take(entry) for entry in self._by_line.get((path, finding.code, finding.anchor), ()))

    def orphaned(self, finding: Finding) -> bool:
        lines = self._gone.get((finding.code, finding.anchor), ())
        return any(entry.scope == finding.scope and self._take(entry) for entry in lines)

    def adrift(self, finding: Finding) -> bool:
        return any(self._take(entry) for entry in self._gone.get((finding.code, finding.anchor), ()))

    def _take(self, entry: Known) -> bool:
        left = self.left.get(entry, 0)
        if left:
            self.left[entry] = left - 1
        return bool(left)
