"""The verdict of the gate: for people with the arithmetic shown, as JSON, Markdown, and GitHub annotations."""

from __future__ import annotations

from typing import Any

from mlsmith.debt.gate import Condition, Movement, Verdict
from mlsmith.debt.pricing import BOUNDS, MINUTES_A_LINE
from mlsmith.finding import AREAS
from mlsmith.reports.notation import json_text
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count, duration

_MOST_TERMS = 8
_MOST_HOTSPOTS = 5
_BAR = 24


def render(verdict: Verdict, *, format: str, width: int = 100, colour: bool = False) -> str:
    if format == "json":
        return json_text(document(verdict))
    if format == "markdown":
        return _markdown(verdict)
    if format == "github":
        return _github(verdict)
    return _text(verdict, Style(colour), max(50, min(width, 110)))


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


def _text(verdict: Verdict, style: Style, width: int) -> str:
    score = verdict.score
    lines: list[str] = []
    if score.grade is None:
        lines.append("no grade: there is no machine-learning code here" if score.development_minutes else "no grade: there is no code here")
    else:
        lines.append(f"{style.bold('grade ' + score.grade)}   {_percent(score.ratio)} of what the code cost to develop")
        lines.extend(style.bad(f"  {cap}") for cap in score.caps)
    if score.terms:
        lines += ["", *_arithmetic(verdict, style, width)]
        lines += ["", *_areas(verdict, style)]
    if verdict.hotspots:
        lines += ["", style.bold("hotspots") + style.dim("  debt where change happens")]
        for spot in verdict.hotspots[:_MOST_HOTSPOTS]:
            churn = f"{count(spot.churn, 'commit')} in 180 days" if spot.churn else "not touched lately"
            lines.append(f"  {duration(spot.minutes):>10}  {visible(spot.path)}  {style.dim(churn)}")
    lines += ["", *_verdict(verdict, style)]
    return "\n".join(lines) + "\n"


def _arithmetic(verdict: Verdict, style: Style, width: int) -> list[str]:
    score = verdict.score
    lines = [style.bold("debt") + style.dim("  minutes, at most ten findings a rule and file, half price at medium confidence")]
    for term in score.terms[:_MOST_TERMS]:
        hits = f"{term.counted} of {term.hits}" if term.counted < term.hits else str(term.hits)
        lines.append(f"  {term.minutes:>7,.0f}  {term.code} × {hits:<8} {_shortened(visible(term.path), width - 28)}")
    rest = score.terms[_MOST_TERMS:]
    if rest:
        lines.append(f"  {sum(term.minutes for term in rest):>7,.0f}  {count(len(rest), 'more row')}")
    lines.append(f"  {score.minutes:>7,.0f}  = debt ({duration(score.minutes)})")
    lines.append(
        style.dim(f"  {score.development_minutes:>7,}  = {score.code_lines:,} code lines × {MINUTES_A_LINE} min, what the code cost")
    )
    if score.ratio is not None:
        bounds = ", ".join(f"{letter} ≤ {_percent(bound)}" for letter, bound in BOUNDS)
        lines.append(f"  {_percent(score.ratio):>7}  = ratio " + style.dim(f"({bounds})"))
    return lines


def _areas(verdict: Verdict, style: Style) -> list[str]:
    areas = verdict.score.areas
    most = max(area.minutes for area in areas.values()) or 1
    lines = [style.bold("by area")]
    for name, area in sorted(areas.items(), key=lambda item: (-item[1].minutes, item[0])):
        bar = "█" * max(1, round(_BAR * area.minutes / most))
        lines.append(
            f"  {AREAS.get(name, name).replace('-', ' '):<26} {bar:<{_BAR}} {duration(area.minutes):>10}  {count(area.findings, 'finding')}"
        )
    return lines


def _verdict(verdict: Verdict, style: Style) -> list[str]:
    lines = []
    if verdict.base is not None:
        lines.append(
            f"since {verdict.base[:10]}: {count(len(verdict.new.findings), 'new finding')}, {duration(verdict.new.minutes)}; "
            f"{len(verdict.fixed.findings)} fixed, {duration(verdict.fixed.minutes)}; {verdict.new.lines:,} changed lines"
        )
        lines.extend(f"  {visible(f.path)}:{f.span.start.line} {f.code} {visible(f.message)}" for f in verdict.new.findings[:10])
    for condition in verdict.conditions:
        mark = style.good("✓") if condition.passed else style.bad("✗")
        lines.append(f"{mark} {condition.name}: {_figure(condition, condition.actual)} (limit {_figure(condition, condition.limit)})")
    apart = [
        f"{verdict.baseline} in the baseline" if verdict.baseline else "",
        f"{verdict.suppressed} suppressed" if verdict.suppressed else "",
    ]
    if any(apart):
        lines.append(style.dim("; ".join(part for part in apart if part) + " (the baseline's count in the score, suppressed ones do not)"))
    score = verdict.score
    if score.grade not in (None, "A"):
        lines.append(f"to the next grade: {duration(score.to_next_grade)}")
    outcome = style.good("gate passed") if verdict.passed else style.bad("gate failed")
    lines.append(style.bold(outcome))
    return lines


def _markdown(verdict: Verdict) -> str:
    score = verdict.score
    head = "passed ✅" if verdict.passed else "failed ❌"
    grade = f"grade **{score.grade}**, {_percent(score.ratio)} debt" if score.grade else "no grade: no machine-learning code"
    lines = [
        f"### mlsmith gate {head}",
        "",
        f"{grade} ({duration(score.minutes)})",
        "",
        "| condition | limit | actual | |",
        "|---|---:|---:|---|",
    ]
    for c in verdict.conditions:
        lines.append(f"| {c.name} | {_figure(c, c.limit)} | {_figure(c, c.actual)} | {'✅' if c.passed else '❌'} |")
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
                f"::error title=mlsmith gate::{condition.name} is {_figure(condition, condition.actual)}, the limit {_figure(condition, condition.limit)}"
            )
    from mlsmith.reports.github_report import annotation

    lines.extend(annotation(finding) for finding in verdict.new.findings)
    grade = f"grade {verdict.score.grade}" if verdict.score.grade else "no grade"
    lines.append(f"::notice title=mlsmith gate::{grade}, {'passed' if verdict.passed else 'failed'}".replace("%", "%25"))
    return "\n".join(lines) + "\n"


def _figure(condition: Condition, value: float | str) -> str:
    if condition.name == "max-ratio" and not isinstance(value, str):
        return _percent(value)
    return f"{value:,} min" if condition.name == "max-new-minutes" else str(value)


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{100 * ratio:.2f} %"


def _shortened(path: str, room: int) -> str:
    return path if len(path) <= room else "…" + path[-(room - 1) :]
