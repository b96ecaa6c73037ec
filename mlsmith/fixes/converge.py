"""Rounds of fixes until nothing is left to fix: one fix can make room for the next, or make it unnecessary."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mlsmith.finding import Finding
from mlsmith.fixes.apply import fixable, patch

MOST_ROUNDS = 10


@dataclass(slots=True)
class Outcome:
    """`changed` holds the new bytes of every file that a fix changed, `applied` the findings fixed, in order."""

    changed: dict[str, bytes] = field(default_factory=dict)
    before: dict[str, bytes] = field(default_factory=dict)
    applied: list[Finding] = field(default_factory=list)


def converge(lint: Callable[[Mapping[str, bytes]], Sequence[Finding]], read: Callable[[str], bytes], *, unsafe: bool) -> Outcome:
    """Fix all that can be fixed. `lint` gives the new findings with some files overlaid, `read` a file's bytes as they are on disk."""
    outcome = Outcome()
    for _ in range(MOST_ROUNDS):
        by_path: dict[str, list[Finding]] = {}
        for finding in fixable(lint(outcome.changed), unsafe=unsafe):
            by_path.setdefault(finding.path, []).append(finding)
        progress = False
        for path, findings in by_path.items():
            before = outcome.changed.get(path)
            if before is None:
                before = outcome.before[path] = read(path)
            patched = patch(before, path, findings)
            if patched.applied and patched.data != before:
                outcome.changed[path] = patched.data
                outcome.applied.extend(patched.applied)
                progress = True
        if not progress:
            break
    return outcome


def unified_diff(path: str, before: bytes, after: bytes) -> str:
    """The change of one file as a unified diff that `git apply` and `patch` take."""
    old = before.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    new = after.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    lines = []
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)
