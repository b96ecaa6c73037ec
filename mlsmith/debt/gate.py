"""The gate: conditions on the score, and on what a change adds, each with its limit and what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlsmith.debt.hotspots import Hotspot
from mlsmith.debt.pricing import GRADES, Score
from mlsmith.finding import Finding, Status
from mlsmith.settings import GateSettings

DEFAULT_RATIO = 0.003
"""The limit where nobody has set one: grade B."""

DEFAULT_SUPPRESSIONS = 5
"""New suppressions that one change may bring where nobody has set a limit."""


@dataclass(frozen=True, slots=True)
class Condition:
    name: str
    limit: float | str
    actual: float | str
    passed: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """What a change brings or takes away: findings, their minutes at full price, and the code lines it is measured against."""

    findings: tuple[Finding, ...]
    lines: int

    @property
    def minutes(self) -> int:
        return sum(finding.minutes for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Verdict:
    score: Score
    conditions: tuple[Condition, ...]
    hotspots: tuple[Hotspot, ...]
    new: Movement
    fixed: Movement
    suppressed: int
    baseline: int
    base: str | None = None

    @property
    def passed(self) -> bool:
        return all(condition.passed for condition in self.conditions)


def conditions(
    score: Score,
    limits: GateSettings,
    *,
    new_minutes: int | None = None,
    new_suppressions: int | None = None,
    unreviewed: int | None = None,
) -> tuple[Condition, ...]:
    """The conditions that hold for a run; `new_minutes` and `new_suppressions` are None where there is no base to compare with,
    `unreviewed` (configurations that changed without approval) where no policy asks for a review.

    With no limit set anywhere: the ratio of grade B, or, against a base, no new debt.
    """
    found: list[Condition] = []
    unset = limits.max_ratio is None and limits.min_grade is None
    ratio = limits.max_ratio if limits.max_ratio is not None or new_minutes is not None or not unset else DEFAULT_RATIO
    if ratio is not None and score.ratio is not None:
        found.append(Condition("max-ratio", ratio, round(score.ratio, 6), score.ratio <= ratio))
    if limits.min_grade is not None and score.grade is not None:
        passed = GRADES.index(score.grade) <= GRADES.index(limits.min_grade)
        found.append(Condition("min-grade", limits.min_grade, score.grade, passed))
    if new_minutes is not None and (limits.max_new_minutes is not None or unset):
        most = limits.max_new_minutes or 0
        found.append(Condition("max-new-minutes", most, new_minutes, new_minutes <= most))
    if new_suppressions is not None:
        most = DEFAULT_SUPPRESSIONS if limits.max_new_suppressions is None else limits.max_new_suppressions
        found.append(Condition("max-new-suppressions", most, new_suppressions, new_suppressions <= most))
    if unreviewed is not None:
        found.append(Condition("unreviewed-configurations", 0, unreviewed, unreviewed == 0))
    return tuple(found)


def count_of(findings: Iterable[Finding], status: Status) -> int:
    return sum(finding.status is status for finding in findings)
