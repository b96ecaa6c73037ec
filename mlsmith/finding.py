"""The first noun: a `Finding` says that something is wrong *here*."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any, NamedTuple

AREAS = {
    "EXP": "experiment-management",
    "TRA": "limited-transparency",
    "TRB": "troubleshooting",
    "RES": "resource-limitations",
    "TST": "testing",
    "DEP": "dependency-management",
    "MON": "monitoring-and-logging",
    "FBL": "unintended-feedback-loops",
    "GLU": "glue-code",
    "EFF": "effort-estimation",
    "PRV": "privacy-and-data-safety",
    "CUL": "cultural-differences",
    "CFG": "configuration-debt",
    "DEX": "dead-experimental-code",
}
"""Area prefix of a rule code → the area's name."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"


class Safety(StrEnum):
    SAFE = "safe"
    UNSAFE = "unsafe"


class Status(StrEnum):
    NEW = "new"
    BASELINE = "baseline"
    SUPPRESSED = "suppressed"


class Position(NamedTuple):
    """A place in a text: both numbers 1-based; columns count characters."""

    line: int
    column: int


class Span(NamedTuple):
    """From `start` up to, not including, `end`. In a notebook, `cell` is the 0-based cell index and lines count inside the cell."""

    start: Position
    end: Position
    cell: int | None = None


class Edit(NamedTuple):
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


class Fix(NamedTuple):
    title: str
    safety: Safety
    edits: tuple[Edit, ...]


class Finding(NamedTuple):
    """One piece of debt at one place.

    `scope` is the qualified name of the enclosing definitions without the file (`Trainer.fit`, empty at module level); `anchor` the
    hash of the normalised source line(s). With `occurrence` (0 for the first of equal ones) they make the `fingerprint`, which
    therefore survives moved lines, renamed files and moved functions.
    """

    code: str
    name: str
    message: str
    advice: str
    path: str
    span: Span
    severity: Severity
    confidence: Confidence
    minutes: int
    scope: str = ""
    symbol: str = ""
    anchor: str = ""
    occurrence: int = 0
    fix: Fix | None = None
    status: Status = Status.NEW

    @property
    def area(self) -> str:
        """The prefix of the code: `EXP` of `EXP104`."""
        return self.code[:3]

    @property
    def area_name(self) -> str:
        return AREAS.get(self.area, self.area.lower())

    @property
    def fingerprint(self) -> str:
        """Identity of the finding: rule, scope, normalised line and occurrence; never the file, nor the line number."""
        text = f"{self.code}\0{self.scope}\0{self.anchor}\0{self.occurrence}"
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def url(self) -> str:
        return f"https://mlsmith.dev/rules/{self.code}"

    @property
    def sort_key(self) -> tuple[str, int, Position, Position, str, str]:
        cell = -1 if self.span.cell is None else self.span.cell
        return (self.path, cell, self.span.start, self.span.end, self.code, self.message)

    def with_status(self, status: Status) -> Finding:
        return self._replace(status=status)


def to_plain(finding: Finding) -> tuple[Any, ...]:
    """A finding without its path, status and occurrence as nested tuples, which `marshal` takes."""
    fix = finding.fix
    edits = None if fix is None else (fix.title, fix.safety.value, tuple((plain_span(edit.span), edit.text) for edit in fix.edits))
    return (
        finding.code, finding.name, finding.message, finding.advice, plain_span(finding.span), finding.severity.value,
        finding.confidence.value, finding.minutes, finding.scope, finding.symbol, finding.anchor, edits,
    )  # fmt: skip


def from_plain(plain: tuple[Any, ...], path: str) -> Finding:
    """The finding that `to_plain` took apart, in the file at `path`."""
    code, name, message, advice, span, severity, confidence, minutes, scope, symbol, anchor, edits = plain
    fix = None
    if edits is not None:
        title, safety, changes = edits
        fix = Fix(title, Safety(safety), tuple(Edit(span_from(place), text) for place, text in changes))
    return Finding(
        code=code, name=name, message=message, advice=advice, path=path, span=span_from(span), severity=Severity(severity),
        confidence=Confidence(confidence), minutes=minutes, scope=scope, symbol=symbol, anchor=anchor, fix=fix,
    )  # fmt: skip


def plain_span(span: Span) -> tuple[int, int, int, int, int | None]:
    """A span as (line, column, end line, end column, cell)."""
    return (span.start.line, span.start.column, span.end.line, span.end.column, span.cell)


def span_from(plain: tuple[int, int, int, int, int | None]) -> Span:
    """The span that `plain_span` took apart."""
    line, column, end_line, end_column, cell = plain
    return Span(Position(line, column), Position(end_line, end_column), cell)


def anchor_of(lines: list[str]) -> str:
    """Hash of source lines without what a formatter or a remark changes: white space, line breaks, the kind of quotes, a comma before
    a closing bracket, comments. What a finding is does not depend on them.
    """
    text = "".join("".join(_without_comment(line).split()) for line in lines).replace("'", '"')
    for comma in (",)", ",]", ",}"):
        text = text.replace(comma, comma[1])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _without_comment(line: str) -> str:
    """The line up to a `#` that stands outside of quotes, as far as one line can tell."""
    start = line.find("#")
    while start >= 0:
        before = line[:start]
        if before.count('"') % 2 == 0 and before.count("'") % 2 == 0:
            return before
        start = line.find("#", start + 1)
    return line


def number_occurrences(findings: list[Finding]) -> list[Finding]:
    """Sort the findings and give equal ones of one file (rule, scope, anchor) their ordinals."""
    seen: dict[tuple[str, str, str, str], int] = {}
    numbered = []
    for finding in sorted(findings, key=lambda f: f.sort_key):
        key = (finding.path, finding.code, finding.scope, finding.anchor)
        ordinal = seen.get(key, 0)
        seen[key] = ordinal + 1
        numbered.append(finding._replace(occurrence=ordinal) if ordinal else finding)
    return numbered
