"""The verdict of the gate for people: the grade, the arithmetic behind it so that a reader can redo it, what is new, and what decided."""

from __future__ import annotations

from mlsmith.debt.gate import Condition, Movement, Verdict
from mlsmith.debt.hotspots import Hotspot
from mlsmith.debt.pricing import BOUNDS, GRADES, MINUTES_A_LINE, MOST_HITS, Term
from mlsmith.finding import AREAS, Finding
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count, duration, place_of, wrapped

_MOST_TERMS = 8
_MOST_HOTSPOTS = 5
_MOST_NEW = 10
_BAR = 24
_ROOM_FOR_NAMES = 100


def text_of(verdict: Verdict, style: Style, width: int) -> str:
    """The whole verdict in lines of at most `width` columns, where paths and names allow it."""
    blocks = [_grade(verdict, style, width)]
    if verdict.score.terms:
        blocks += [_arithmetic(verdict, style, width), _areas(verdict, style, width), _hotspots(verdict.hotspots, style, width)]
    if verdict.base is not None:
        blocks.append(_since(verdict, verdict.base, style, width))
    blocks.append(_conclusion(verdict, style, width))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def figure(condition: Condition, value: float | str) -> str:
    """A limit or what was measured, in its unit."""
    if condition.name == "max-ratio" and not isinstance(value, str):
        return percent(value)
    return f"{value:,} min" if condition.name == "max-new-minutes" else str(value)


def percent(ratio: float | None) -> str:
    """`0.21 %`; a little is not nothing."""
    if not ratio:
        return "–" if ratio is None else "0 %"
    return "< 0.01 %" if ratio < 0.00005 else f"{100 * ratio:.2f} %"


def _grade(verdict: Verdict, style: Style, width: int) -> list[str]:
    score = verdict.score
    if score.grade is None:
        return ["no grade: there is no machine-learning code here" if score.development_minutes else "no grade: there is no code here"]
    said = f"{percent(score.ratio)} of what the code cost to develop" if score.terms else f"no debt in {score.code_lines:,} lines of code"
    lines = [f"{style.bold('grade ' + score.grade)}   {said}"]
    for cap in score.caps:
        lines += [style.bad(line) for line in wrapped(visible(cap), width, first="  ", rest="    ")]
    if score.grade != "A":
        better = GRADES[GRADES.index(score.grade) - 1]
        lines.append(f"  {better} is {duration(score.to_next_grade)} of debt away")
    return lines


def _arithmetic(verdict: Verdict, style: Style, width: int) -> list[str]:
    score = verdict.score
    rules = f"in minutes: findings × price; at most {MOST_HITS} of a rule count in a file, and half at medium confidence"
    lines = wrapped(rules, width - 6, first="", rest=" " * 6)
    lines = [style.bold("debt") + "  " + style.dim(lines[0]), *map(style.dim, lines[1:])]
    shown, rest = score.terms[:_MOST_TERMS], score.terms[_MOST_TERMS:]
    sums = [_sum(term) for term in shown]
    names = [f"{term.code} {term.name}" if width >= _ROOM_FOR_NAMES else term.code for term in shown]
    room, wide = max(map(len, sums)), max(map(len, names))
    for term, how, name in zip(shown, sums, names, strict=True):
        before = f"  {_minutes(term.minutes):>9}  {how:<{room}}  {name:<{wide}}  "
        lines.append(before + _shortened(visible(term.path), width - len(before)))
    if rest:
        lines.append(f"  {_minutes(sum(term.minutes for term in rest)):>9}  in {count(len(rest), 'more row')}")
    total = duration(score.minutes)
    lines.append(f"  {_minutes(score.minutes):>9}  = debt" + (f", {total}" if score.minutes >= 60 else ""))
    lines.append(f"  {score.development_minutes:>9,}  = {score.code_lines:,} lines of code × {MINUTES_A_LINE} min: what they cost")
    if score.ratio is not None:
        bounds = " · ".join(f"{letter} ≤ {100 * bound:g} %" for letter, bound in BOUNDS)
        ratio = f"  {percent(score.ratio):>9}  = ratio"
        lines += [f"{ratio}  {style.dim(bounds)}"] if len(ratio) + 2 + len(bounds) <= width else [ratio, " " * 6 + style.dim(bounds)]
    return lines


def _sum(term: Term) -> str:
    hits = f"{term.counted} of {term.hits}" if term.counted < term.hits else str(term.hits)
    return f"{hits} × {_minutes(term.minutes / term.counted)}"


def _areas(verdict: Verdict, style: Style, width: int) -> list[str]:
    areas = verdict.score.areas
    if len(areas) < 2:
        return []  # It would say the same again.
    most = max(area.minutes for area in areas.values()) or 1
    lines = [style.bold("by area") + "  " + style.dim("debt · findings")]
    for name, area in sorted(areas.items(), key=lambda item: (-item[1].minutes, item[0])):
        bar = "█" * max(1, round(min(_BAR, width - 48) * area.minutes / most))
        title = AREAS.get(name, name).replace("-", " ")
        lines.append(f"  {duration(area.minutes):>11}  {area.findings:>4,}  {title:<25}  {bar}")
    return lines


def _hotspots(spots: tuple[Hotspot, ...], style: Style, width: int) -> list[str]:
    if len(spots) < 2:
        return []
    glue = any(spot.glue for spot in spots[:_MOST_HOTSPOTS])
    legend = "debt · commits in 180 days" + (" · share of glue" if glue else "")
    lines = [style.bold("hotspots") + "  " + style.dim(legend)]
    for spot in spots[:_MOST_HOTSPOTS]:
        share = f"{f'{100 * spot.glue:.0f} %' if spot.glue else '':>5}  " if glue else ""
        before = f"  {duration(spot.minutes):>11}  {spot.churn or '–':>4}  {share}"
        lines.append(before + _shortened(visible(spot.path), width - len(before)))
    return lines


def _since(verdict: Verdict, base: str, style: Style, width: int) -> list[str]:
    lines = [f"{style.bold('since ' + base[:10])}  {style.dim(count(verdict.new.lines, 'new line') + ' of code')}"]
    lines.append(_moved("+", "new", verdict.new) if verdict.new.findings else "  nothing new")
    for finding in verdict.new.findings[:_MOST_NEW]:
        lines += _named(finding, style, width)
    more = len(verdict.new.findings) - _MOST_NEW
    if more > 0:
        lines.append(f"      … and {more:,} more: mlsmith lint --since {base[:10]}")
    if verdict.fixed.findings:
        lines.append(_moved("−", "mended", verdict.fixed))
    return lines


def _moved(sign: str, how: str, movement: Movement) -> str:
    return f"  {sign} {count(len(movement.findings), f'{how} finding')}, {duration(movement.minutes)}"


def _named(finding: Finding, style: Style, width: int) -> list[str]:
    place = place_of(visible(finding.path), finding.span.cell, finding.span.start.line)
    head = f"      {place}  {style.bold(finding.code)}  {duration(finding.minutes)}"
    return [head, *wrapped(visible(finding.message), width, first=" " * 8, rest=" " * 8)]


def _conclusion(verdict: Verdict, style: Style, width: int) -> list[str]:
    lines = []
    room = max((len(condition.name) for condition in verdict.conditions), default=0)
    for condition in verdict.conditions:
        mark = style.good("✓") if condition.passed else style.bad("✗")
        limit = style.dim(f"limit {figure(condition, condition.limit)}")
        lines.append(f"{mark} {condition.name:<{room}}  {figure(condition, condition.actual):>8}  {limit}")
    known = f"{verdict.baseline:,} in the baseline, which count" if verdict.baseline else ""
    quiet = f"{verdict.suppressed:,} suppressed, which do not" if verdict.suppressed else ""
    if known or quiet:
        both = "; ".join(part for part in (known, quiet) if part)
        if not known:
            both = f"{verdict.suppressed:,} suppressed, which do not count"
        lines += [style.dim(line) for line in wrapped(both, width)]
    failed = ", ".join(condition.name for condition in verdict.conditions if not condition.passed)
    lines.append(style.bold(style.good("gate passed") if verdict.passed else style.bad(f"gate failed: {failed}")))
    return lines


def _minutes(minutes: float) -> str:
    return f"{minutes:,.0f}" if minutes == round(minutes) else f"{minutes:,.1f}"


def _shortened(path: str, room: int) -> str:
    room = max(room, 12)
    return path if len(path) <= room else "…" + path[-(room - 1) :]
