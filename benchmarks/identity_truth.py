"""What git says of the findings of two versions of a file, without a look at their fingerprints; for baseline_identity.py."""

from __future__ import annotations

import re
import subprocess
import tempfile
from bisect import bisect_right
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from mlsmith.engine.discover import kind_of
from mlsmith.errors import SourceError
from mlsmith.finding import Finding
from mlsmith.sources.git import Changed
from mlsmith.sources.notebook import read_notebook
from mlsmith.sources.python import decode, split_lines

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ALIKE = 0.6
_COMPANY = 2


@dataclass(slots=True)
class Text:
    """The lines of a file as findings count them, and the line each cell of a notebook begins at."""

    lines: list[str] = field(default_factory=list)
    cells: dict[int | None, int] = field(default_factory=lambda: {None: 1})

    @classmethod
    def of(cls, data: bytes, path: str) -> Text:
        try:
            if kind_of(path) == "python":
                return cls(split_lines(decode(data)))
            notebook = read_notebook(data)
        except SourceError:
            return cls()
        return cls(notebook.text.split("\n"), {cell.index: cell.first_line for cell in notebook.cells})

    def place(self, finding: Finding) -> tuple[int, int]:
        """First and last line, 1-based in `lines`."""
        first = self.cells.get(finding.span.cell, 1) - 1
        end = finding.span.end
        last = end.line - (end.column == 1 and end.line > finding.span.start.line)
        return first + finding.span.start.line, first + last

    def at(self, number: int) -> str:
        return " ".join(self.lines[number - 1].split()) if 0 < number <= len(self.lines) else ""

    def company(self, finding: Finding) -> set[tuple[int, str]]:
        """The two lines of code above and below a finding, with where they stand to it."""
        first, last = self.place(finding)
        above = [text for number in range(first - 1, 0, -1) if (text := self.at(number))][:2]
        below = [text for number in range(last + 1, len(self.lines) + 1) if (text := self.at(number))][:2]
        return {*((-n, text) for n, text in enumerate(above, 1)), *((n, text) for n, text in enumerate(below, 1))}


@dataclass(slots=True)
class Side:
    findings: dict[str, list[Finding]]
    texts: dict[str, Text]


def judge(
    path: str, found: list[Finding], how: Changed, before: Side, after: Side, orphans: list[Finding]
) -> list[tuple[str, Finding, bool]]:
    """What git says of the findings of one file of the later side: (stayed, moved, edited or new; the finding; whether its line number
    or its file changed). Takes from `orphans` what it finds again.
    """
    source = how.old_path or path
    old, new = before.texts.get(source, Text()), after.texts[path]
    untouched, replaced = mapped(old, new)
    left = list(before.findings.get(source, ())) if how.status != "A" else []
    judged, rest = [], []
    for finding in found:
        mate = next((f for f in left if f.code == finding.code and _stayed(f, finding, old, new, untouched)), None)
        if mate is None:
            rest.append(finding)
            continue
        left.remove(mate)
        judged.append(("stayed", finding, old.place(mate)[0] != new.place(finding)[0] or source != path))
    for finding in rest:
        kind = "new"
        for pool in (left, orphans):
            mate = next((f for f in pool if _moved(f, finding, before.texts[f.path], new)), None)
            kind = "moved" if mate else kind
            if mate is None and pool is left:
                mate = next((f for f in pool if _edited(f, finding, old, new, replaced)), None)
                kind = "edited" if mate else kind
            if mate is not None:
                pool.remove(mate)
                break
        judged.append((kind, finding, True))
    return judged


def mapped(old: Text, new: Text) -> tuple[dict[int, int], list[tuple[range, range]]]:
    """Old line → new line of the lines that no edit touched, and the runs of lines that were replaced."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("old", old), ("new", new)):
            Path(folder, name).write_text("\n".join(text.lines) + "\n", encoding="utf-8", errors="replace", newline="\n")
        command = ["git", "diff", "--no-index", "--no-ext-diff", "--histogram", "-w", "-U0", "old", "new"]
        output = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout
    hunks = []
    for match in _HUNK.finditer(output):
        first, count, to, came = (int(group) if group is not None else 1 for group in match.groups())
        hunks.append((range(first + (not count), first + (not count) + count), range(to + (not came), to + (not came) + came)))
    ends = [(removed.stop, added.stop - removed.stop) for removed, added in hunks]
    touched = {number for removed, _ in hunks for number in removed}
    lines = {}
    for number in range(1, len(old.lines) + 1):
        if number not in touched:
            at = bisect_right(ends, (number, 1 << 60)) - 1
            lines[number] = number + (ends[at][1] if at >= 0 else 0)
    return lines, [hunk for hunk in hunks if hunk[0] and hunk[1]]


def _stayed(one: Finding, other: Finding, old: Text, new: Text, untouched: dict[int, int]) -> bool:
    first, last = old.place(one)
    start, end = new.place(other)
    return last - first == end - start and all(untouched.get(first + n) == start + n for n in range(last - first + 1))


def _moved(one: Finding, other: Finding, old: Text, new: Text) -> bool:
    same = (one.code, one.anchor) == (other.code, other.anchor)
    return same and len(old.company(one) & new.company(other)) >= _COMPANY


def _edited(one: Finding, other: Finding, old: Text, new: Text, replaced: list[tuple[range, range]]) -> bool:
    first, start = old.place(one)[0], new.place(other)[0]
    together = one.code == other.code and any(first in removed and start in added for removed, added in replaced)
    return together and SequenceMatcher(None, old.at(first), new.at(start), autojunk=False).ratio() >= _ALIKE
