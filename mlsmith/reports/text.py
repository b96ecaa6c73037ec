"""The report for people: findings by file with a frame of code, then one line of sums and what to do next.

The place stands first on its line, below a line with nothing but the path: that is how editors' terminals find what to open.
With or without colour, on a terminal or in a pipe, the layout is one and the same; nothing but the standard library is needed for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from mlsmith.finding import Confidence, Finding, Safety, Severity, Status
from mlsmith.reports import Report
from mlsmith.reports.frame import frame
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Style
from mlsmith.reports.wording import apart, cells, count, duration, wrapped

_NARROWEST, _PROSE, _WIDEST = 40, 100, 160
"""Columns: the least we lay out for, the most for a line of prose, the most for a line of code."""
_MOST_ERRORS = 20
_MANY, _OFTEN = 25, 3
"""Findings from which on a reader wants an overview, and the rules that it names"""
_STATUS = {Status.NEW: "", Status.BASELINE: "in the baseline", Status.SUPPRESSED: "suppressed"}


def render(report: Report) -> str:
    style = Style(report.colour, links=report.links)
    width = max(_NARROWEST, min(report.width, _WIDEST))
    blocks: list[str] = []
    for path, found in groupby(report.shown, key=lambda finding: finding.path):
        blocks.append(style.bold(visible(path)))
        blocks.extend("\n".join(_finding(finding, report, style, width)) + "\n" for finding in found)
    blocks.extend(_errors(report, style, width))
    if report.statistics and report.shown:
        blocks.append(_statistics(report.shown, style))
    blocks.extend(_summary(report, style, width))
    blocks.extend(_next_steps(report, style))
    return "\n".join(blocks) + "\n"


def _finding(finding: Finding, report: Report, style: Style, width: int) -> Iterator[str]:
    span, paint, prose = finding.span, style.severity(finding.severity), min(width, _PROSE)
    yield from _headline(finding, style, prose)
    yield from wrapped(visible(finding.message), prose, first="    ", rest="    ")
    yield from frame(report.lines(finding.path, span.cell), span, style, paint, width)
    yield from wrapped(visible(finding.advice), prose, first="    → ", rest="      ")


def _headline(finding: Finding, style: Style, width: int) -> list[str]:
    """Place, severity, rule and price; the price on a line of its own where the room is short."""
    span = finding.span
    place = f"{span.start.line}:{span.start.column}" if span.cell is None else f"cell {span.cell} · line {span.start.line}"
    code, name = visible(finding.code), visible(finding.name)
    price = " · ".join(_price(finding))
    head = f"  {style.dim(place)}  {style.severity(finding.severity)(str(finding.severity))} {style.link(finding.url, style.bold(code))} {name}"
    if cells(f"  {place}  {finding.severity} {code} {name}  {price}") <= width:
        return [f"{head}  {style.dim(price)}"]
    return [head, f"    {style.dim(price)}"]


def _price(finding: Finding) -> Iterator[str]:
    yield f"{finding.minutes} min"
    if finding.confidence is not Confidence.HIGH:
        yield f"{finding.confidence} confidence"
    if finding.fix is not None:
        yield f"{finding.fix.safety} fix"
    if finding.status is not Status.NEW:
        yield _STATUS[finding.status]


def _errors(report: Report, style: Style, width: int) -> Iterator[str]:
    errors = report.result.errors
    if not errors:
        return
    lines = [style.bad(f"{count(len(errors), 'file')} could not be read")]
    for error in errors[:_MOST_ERRORS]:
        lines.append("  " + visible(error.path) + (f":{error.line}" if error.line is not None else ""))
        lines.extend(wrapped(visible(error.message), min(width, _PROSE), first="    ", rest="    "))
    if len(errors) > _MOST_ERRORS:
        lines.append(style.dim(f"  and {len(errors) - _MOST_ERRORS:,} more; --format json lists them all"))
    yield "\n".join(lines) + "\n"


def _statistics(shown: Iterable[Finding], style: Style) -> str:
    number: Counter[tuple[str, str]] = Counter()
    minutes: Counter[tuple[str, str]] = Counter()
    for finding in shown:
        rule = (visible(finding.code), visible(finding.name))
        number[rule] += 1
        minutes[rule] += finding.minutes
    longest = max(cells(name) for _, name in number)
    lines = [style.bold("By rule")]
    for code, name in sorted(number, key=lambda rule: (-minutes[rule], rule)):
        blank = " " * (longest - cells(name))
        lines.append(f"  {number[code, name]:>6,} × {code}  {name}{blank}  {style.dim(f'{duration(minutes[code, name]):>10}')}")
    return "\n".join(lines) + "\n"


def _summary(report: Report, style: Style, width: int) -> Iterator[str]:
    """One line, or two where the room is short."""
    result = report.result
    new, looked = result.new, f"{count(len(result.counts), 'file')}, {count(result.lines, 'line')}"
    if new:
        plain = f"{count(len(new), 'finding')} ({_by_severity(new)})"
        painted = style.bold(plain)
        rest = [f"{duration(sum(finding.minutes for finding in new))} of debt", looked]
    elif not result.counts and not result.errors:
        plain = painted = "no files to lint here"
        rest = []
    else:
        plain = painted = f"no findings in {looked}"
        if not result.errors:
            plain = f"nothing to complain about in {looked}"
            painted = style.good(plain)
        rest = []
    rest.append(apart(len(result.having(Status.SUPPRESSED)), len(result.having(Status.BASELINE))))
    yield from _joined([(plain, painted), *((part, part) for part in rest if part)], width)


def _joined(parts: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """The parts with dots between them, in lines of at most `width` columns; each part comes plain, to be measured, and painted."""
    line, taken = "", 0
    for plain, painted in parts:
        if line and taken + 3 + cells(plain) > width:
            yield line
            line, taken = "", 0
        line, taken = (f"{line} · {painted}", taken + 3 + cells(plain)) if line else (painted, cells(plain))
    yield line


def _by_severity(findings: Iterable[Finding]) -> str:
    tally = Counter(finding.severity for finding in findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning"}
    return ", ".join(count(tally[s], words[s]) if s in words else f"{tally[s]:,} {s}" for s in Severity if tally[s])


def _next_steps(report: Report, style: Style) -> Iterator[str]:
    """What to type next."""
    new = report.result.new
    if not new:
        return
    if len(new) >= _MANY and not report.statistics:
        often = Counter(visible(finding.code) for finding in new).most_common(_OFTEN)
        yield f"most often {', '.join(f'{code} ({number:,})' for code, number in often)}: {style.bold('mlsmith lint --statistics')}"
    if len(new) >= _MANY and not report.result.having(Status.BASELINE):
        yield f"too many to begin with? {style.bold('mlsmith lint --write-baseline')} leaves only what is new"
    safety = Counter(finding.fix.safety for finding in new if finding.fix is not None)
    if safety[Safety.SAFE]:
        yield f"{safety[Safety.SAFE]:,} can be fixed safely: {style.bold('mlsmith lint --fix')}"
    if safety[Safety.UNSAFE]:
        more = "more " if safety[Safety.SAFE] else ""
        yield f"{safety[Safety.UNSAFE]:,} {more}can be fixed if you check the result: {style.bold('mlsmith lint --unsafe-fixes --diff')}"
    dearest = max(new, key=lambda finding: (finding.severity is Severity.ERROR, finding.minutes, finding.code))
    yield style.dim(f"why? mlsmith rule {visible(dearest.code)}")
