"""The debt score: the one place that computes it, a pure function of findings, line counts and settings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from mlsmith.engine.result import FileCount
from mlsmith.finding import Confidence, Finding, Severity, Status

MINUTES_A_LINE = 30
"""What one code line costs to develop, in minutes."""

MOST_HITS = 10
"""Findings of one rule in one file that count."""

BOUNDS = (("A", 0.001), ("B", 0.003), ("C", 0.007), ("D", 0.015))
"""Grade → the highest ratio of debt to development cost that still earns it; E above."""

GRADES = "ABCDE"
_CRITICAL_MINUTES = 30
_MANY_CRITICAL = 5


@dataclass(frozen=True, slots=True)
class Term:
    """Findings of one rule in one file: `hits` of them, `counted` at most ten, `minutes` what they cost together."""

    code: str
    name: str
    path: str
    hits: int
    counted: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Area:
    minutes: float
    findings: int


@dataclass(frozen=True, slots=True)
class Score:
    """`ratio` and `grade` are None where the project holds no machine-learning code or no code lines at all.

    `minutes` is the debt; `development_minutes` what the code cost; `caps` say in words why the grade is no better than it is;
    `to_next_grade` the minutes of debt to pay for the next better grade (0 at A).
    """

    minutes: float
    development_minutes: int
    code_lines: int
    ratio: float | None
    grade: str | None
    caps: tuple[str, ...]
    areas: dict[str, Area]
    to_next_grade: float
    terms: tuple[Term, ...]


def score(findings: Iterable[Finding], counts: Mapping[str, FileCount], serving: Iterable[str] = ()) -> Score:
    """The score of a project. Suppressed findings do not count; those in the baseline do, because they are still there.

    `serving` are globs of the serving path, where one error of feedback or privacy caps the grade.
    """
    owed = sorted((f for f in findings if f.status is not Status.SUPPRESSED), key=lambda finding: finding.sort_key)
    terms = _terms(owed)
    minutes = sum(term.minutes for term in terms)
    lines = sum(count.code_lines for count in counts.values() if count.counted)
    development = lines * MINUTES_A_LINE
    graded = bool(development) and any(count.ml for count in counts.values())
    ratio = minutes / development if graded else None
    globs = tuple(serving)
    caps = _caps(owed, globs) if graded else ()
    grade = _worst([grade_of(ratio), *(letter for letter, _ in caps)]) if ratio is not None else None
    return Score(
        minutes=minutes, development_minutes=development, code_lines=lines, ratio=ratio, grade=grade,
        caps=tuple(why for letter, why in caps if ratio is not None and letter > grade_of(ratio)), areas=_areas(terms),
        to_next_grade=_to_next(minutes, development, grade, owed, globs), terms=terms,
    )  # fmt: skip


def grade_of(ratio: float) -> str:
    """The grade that a ratio of debt to development cost earns by itself."""
    return next((letter for letter, bound in BOUNDS if ratio <= bound), "E")


def worth(finding: Finding) -> float:
    """Minutes that one finding counts: half where confidence is medium."""
    return finding.minutes / 2 if finding.confidence is Confidence.MEDIUM else float(finding.minutes)


def is_critical(finding: Finding) -> bool:
    return (
        finding.severity is Severity.ERROR and finding.minutes >= _CRITICAL_MINUTES and finding.confidence is Confidence.HIGH
    )  # fmt: skip


def _is_exposed(finding: Finding, serving: tuple[str, ...]) -> bool:
    """Whether it is an error of feedback or privacy on the serving path."""
    return finding.area in ("FBL", "PRV") and finding.severity is Severity.ERROR and any(fnmatch(finding.path, glob) for glob in serving)


def _terms(findings: list[Finding]) -> tuple[Term, ...]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.path), []).append(finding)
    terms = []
    for (code, path), group in groups.items():
        dearest = sorted((worth(finding) for finding in group), reverse=True)[:MOST_HITS]
        terms.append(Term(code, group[0].name, path, len(group), len(dearest), math.fsum(dearest)))
    return tuple(sorted(terms, key=lambda term: (-term.minutes, term.path, term.code)))


def _areas(terms: tuple[Term, ...]) -> dict[str, Area]:
    codes = sorted({term.code[:3] for term in terms})
    return {
        area: Area(math.fsum(t.minutes for t in terms if t.code[:3] == area), sum(t.hits for t in terms if t.code[:3] == area))
        for area in codes
    }  # fmt: skip


def _caps(findings: list[Finding], serving: tuple[str, ...]) -> list[tuple[str, str]]:
    critical = [finding for finding in findings if is_critical(finding)]
    caps = []
    exposed = [finding for finding in findings if _is_exposed(finding, serving)]
    if exposed:
        caps.append(("D", f"D at best: {exposed[0].code} on the serving path ({exposed[0].path})"))
    if len(critical) >= _MANY_CRITICAL:
        caps.append(("D", f"D at best: {len(critical)} critical findings"))
    elif critical:
        caps.append(("C", f"C at best: a critical finding, {critical[0].code} in {critical[0].path}"))
    return caps


def _worst(grades: list[str]) -> str:
    return max(grades)


def _to_next(minutes: float, development: int, grade: str | None, findings: list[Finding], serving: tuple[str, ...]) -> float:
    """What must be paid for the next better grade: the ratio's part, or the findings that hold the grade down, whichever is dearer."""
    if grade is None or grade == "A":
        return 0
    wanted = GRADES[GRADES.index(grade) - 1]
    by_ratio = max(0.0, minutes - dict(BOUNDS)[wanted] * development)
    return math.ceil(max(by_ratio, math.fsum(_holding(findings, serving, wanted))))


def _holding(findings: list[Finding], serving: tuple[str, ...], wanted: str) -> list[float]:
    """Minutes of the findings that must go before the caps allow the grade: all that are exposed, and the cheapest critical ones."""
    if wanted >= "D":
        return []
    exposed = [finding for finding in findings if _is_exposed(finding, serving)]
    critical = sorted(worth(f) for f in findings if is_critical(f) and not _is_exposed(f, serving))
    keep = _MANY_CRITICAL - 1 if wanted == "C" else 0
    return [*map(worth, exposed), *critical[: max(0, len(critical) - keep)]]
