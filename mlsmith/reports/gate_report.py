"""The verdict of the gate: for people, as JSON, Markdown, and GitHub annotations."""

from __future__ import annotations

from typing import Any

from mlsmith.debt.gate import Movement, Verdict
from mlsmith.reports.gate_text import figure, percent, text_of
from mlsmith.reports.notation import json_text
from mlsmith.reports.style import Style
from mlsmith.reports.wording import duration


def render(verdict: Verdict, *, format: str, width: int = 100, colour: bool = False) -> str:
    if format == "json":
        return json_text(document(verdict))
    if format == "markdown":
        return _markdown(verdict)
    if format == "github":
        return _github(verdict)
    return text_of(verdict, Style(colour), max(50, min(width, 110)))


def document(verdict: Verdict) -> dict[str, Any]:
    score = verdict.score
    return {
        "version": 1,
        "passed": verdict.passed,
        "grade": score.grade,
        "ratio": score.ratio,
        "minutes": score.minutes,
        "development_minutes": score.development_minutes,
        "new": _movement(verdict.new),
        "fixed": _movement(verdict.fixed),
        "conditions": [{"name": c.name, "limit": c.limit, "actual": c.actual, "passed": c.passed} for c in verdict.conditions],
        "areas": {name: {"minutes": area.minutes, "findings": area.findings} for name, area in score.areas.items()},
        "hotspots": [{"path": h.path, "minutes": h.minutes, "churn": h.churn, "glue": h.glue} for h in verdict.hotspots],
        "to_next_grade": score.to_next_grade,
        "caps": list(score.caps),
        "suppressed": verdict.suppressed,
        "baseline": verdict.baseline,
    }


def _movement(movement: Movement) -> dict[str, int]:
    return {"findings": len(movement.findings), "minutes": movement.minutes, "lines": movement.lines}


def _markdown(verdict: Verdict) -> str:
    score = verdict.score
    head = "passed ✅" if verdict.passed else "failed ❌"
    grade = f"grade **{score.grade}**, {percent(score.ratio)} debt" if score.grade else "no grade: no machine-learning code"
    lines = [
        f"### mlsmith gate {head}",
        "",
        f"{grade} ({duration(score.minutes)})",
        "",
        "| condition | limit | actual | |",
        "|---|---:|---:|---|",
    ]
    for c in verdict.conditions:
        lines.append(f"| {c.name} | {figure(c, c.limit)} | {figure(c, c.actual)} | {'✅' if c.passed else '❌'} |")
    if verdict.new.findings:
        lines += ["", f"**New debt: {duration(verdict.new.minutes)}**", ""]
        for f in verdict.new.findings[:20]:
            lines.append(f"- `{f.path}:{f.span.start.line}` [{f.code}]({f.url}) {f.message.replace('<', '&lt;')}")
    return "\n".join(lines) + "\n"


def _github(verdict: Verdict) -> str:
    lines = []
    for condition in verdict.conditions:
        if not condition.passed:
            lines.append(
                f"::error title=mlsmith gate::{condition.name} is {figure(condition, condition.actual)}, the limit {figure(condition, condition.limit)}"
            )
    from mlsmith.reports.github_report import annotation

    lines.extend(annotation(finding) for finding in verdict.new.findings)
    grade = f"grade {verdict.score.grade}" if verdict.score.grade else "no grade"
    lines.append(f"::notice title=mlsmith gate::{grade}, {'passed' if verdict.passed else 'failed'}".replace("%", "%25"))
    return "\n".join(lines) + "\n"
