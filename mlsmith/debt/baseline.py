"""Known debt: `.mlsmith/baseline.jsonl`, one sorted line a finding, without anything that moves when code moves.

Lines carry no numbers, times or versions, so that writing the file again without a change gives the same bytes. Branches that add
lines next to each other would conflict in git; the `.gitattributes` beside the file lets git take both sides, and a line that is left
over matches nothing and goes with the next `--write-baseline`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlsmith.engine.cache import replace_file
from mlsmith.errors import UnreadableInput, UserError
from mlsmith.finding import Finding, Status, number_occurrences

MAX_BYTES = 64 << 20
_ATTRIBUTES = "baseline.jsonl merge=union\n"


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
    return sorted({Known(f.path, f.code, f.scope, f.anchor, f.occurrence) for f in numbered})


def read(file: Path) -> list[Known]:
    """The lines of a baseline. Raises UnreadableInput where it cannot be read, UserError naming the line where one is none."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UnreadableInput(f"the baseline {file} is larger than 64 MiB", advice="write it again with --write-baseline")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(f"the baseline {file} cannot be read: {error}", advice="write it again with --write-baseline") from None
    return parse(text, str(file))


def parse(text: str, name: str) -> list[Known]:
    """The lines of a baseline's text. Raises UserError naming the line that is none."""
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                lines.append(_entry(json.loads(line)))
            except (ValueError, KeyError, TypeError, RecursionError):
                advice = "solve the merge conflict, or write it again with --write-baseline"
                raise UserError(f"line {number} of the baseline {name} is no entry", advice=advice) from None
    return lines


def write(file: Path, findings: Iterable[Finding], *, kept: Iterable[Known] = ()) -> None:
    """Write the baseline of these findings and of the lines that are kept, whole or not at all, and the merge rule beside it."""
    text = "".join(_line(entry) for entry in sorted({*known(findings), *kept}))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, text.encode(), mode=0o666)
        attributes = file.parent / ".gitattributes"
        if file.name == "baseline.jsonl" and not attributes.exists():
            replace_file(attributes, _ATTRIBUTES.encode(), mode=0o666)
    except OSError as error:
        raise UserError(
            f"the baseline {file} cannot be written: {error.strerror}", advice="free the disk, or choose another --baseline"
        ) from None


def match(
    findings: Iterable[Finding], entries: Iterable[Known], renamed: Mapping[str, str], *, exists: Callable[[str], bool] | None = None
) -> list[Finding]:
    """The findings, those that are known with status baseline. `renamed` is new path → old path, as git follows renames; `exists` says
    whether a path is still there (by default: whether something was found in it).

    Each line knows at most one finding. A finding is looked for with its scope in its file, then by its line anywhere in the file,
    then in the file's old name, then, again with its scope and without, in files that are gone.
    """
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
    return found


def _settle(found: list[Finding], index: int, finding: Finding, known_: bool) -> bool:
    if known_:
        found[index] = finding.with_status(Status.BASELINE)
    return known_


class _Pool:
    """The lines of a baseline that no finding has claimed yet."""

    def __init__(self, entries: Iterable[Known], exists: Callable[[str], bool]) -> None:
        self._left: dict[Known, int] = {}
        self._by_line: dict[tuple[str, str, str], list[Known]] = {}
        self._gone: dict[tuple[str, str], list[Known]] = {}
        for entry in sorted(entries):
            self._left[entry] = self._left.get(entry, 0) + 1
            self._by_line.setdefault((entry.path, entry.code, entry.anchor), []).append(entry)
            if not exists(entry.path):
                self._gone.setdefault((entry.code, entry.anchor), []).append(entry)

    def exact(self, finding: Finding, path: str) -> bool:
        return self._take(Known(path, finding.code, finding.scope, finding.anchor, finding.occurrence))

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
        left = self._left.get(entry, 0)
        if left:
            self._left[entry] = left - 1
        return bool(left)


def _entry(said: dict[str, object]) -> Known:
    """The line's entry. Raises KeyError, TypeError or ValueError where it is none."""
    path, code, scope, anchor, occurrence = said["path"], said["code"], said["scope"], said["anchor"], said.get("occurrence", 0)
    if not (isinstance(path, str) and isinstance(code, str) and isinstance(scope, str) and isinstance(anchor, str)):
        raise TypeError("text is meant")
    if not isinstance(occurrence, int) or isinstance(occurrence, bool):
        raise TypeError("a whole number is meant")
    return Known(path, code, scope, anchor, occurrence)


def _line(entry: Known) -> str:
    fields: dict[str, object] = {"path": entry.path, "code": entry.code, "scope": entry.scope, "anchor": entry.anchor}
    if entry.occurrence:
        fields["occurrence"] = entry.occurrence
    return json.dumps(fields, ensure_ascii=False) + "\n"
