"""The verdict of the gate: for people, as JSON, Markdown, and GitHub annotations."""

from __future__ import annotations

from typing import Any

from mlsmith.debt.gate import Movement, Verdict
from mlsmith.reports.gate_text import figure, percent, text_of
from mlsmith.reports.notation import json_text
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count, duration, spoken_place

_MOST_NEW = 20


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
    from mlsmith.reports.markdown_report import code, prose

    score = verdict.score
    debt = f"{percent(score.ratio)} debt ({duration(score.minutes)})" if score.terms else "no debt"
    lines = [
        f"### mlsmith gate {'passed ✅' if verdict.passed else 'failed ❌'}",
        "",
        f"grade **{score.grade}**, {debt}" if score.grade else "no grade: no machine-learning code",
        *(f"<br>{prose(cap)}" for cap in score.caps),
        "",
        "| condition | limit | actual | |",
        "|---|---:|---:|---|",
    ]
    for c in verdict.conditions:
        lines.append(f"| {c.name} | {figure(c, c.limit)} | {figure(c, c.actual)} | {'✅' if c.passed else '❌'} |")
    if verdict.base is not None:
        new = verdict.new.findings
        debt = f"{count(len(new), 'finding')}, {duration(verdict.new.minutes)}" if new else "none"
        mended = f"; mended: {duration(verdict.fixed.minutes)}" if verdict.fixed.findings else ""
        lines += ["", f"**New debt: {debt}** in {count(verdict.new.lines, 'new line')} of code{mended}", ""]
        for f in new[:_MOST_NEW]:
            lines.append(f"- {code(spoken_place(f.path, f.span.cell, f.span.start.line))} [{f.code}]({f.url}) {prose(f.message)}")
        lines += [f"- … and {len(new) - _MOST_NEW:,} more"] if len(new) > _MOST_NEW else []
    return "\n".join(lines).rstrip() + "\n"


def _github(verdict: Verdict) -> str:
    from mlsmith.reports.github_report import annotation

    lines = []
    for c in verdict.conditions:
        if not c.passed:
            said = f"{c.name} is {figure(c, c.actual)}, the limit {figure(c, c.limit)}".replace("%", "%25")
            lines.append(f"::error title=mlsmith gate::{said}")
    lines.extend(annotation(finding) for finding in verdict.new.findings)
    grade = f"grade {verdict.score.grade}" if verdict.score.grade else "no grade"
    lines.append(f"::notice title=mlsmith gate::{grade}, {'passed' if verdict.passed else 'failed'}")
    return "\n".join(lines) + "\n"
