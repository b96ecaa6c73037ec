"""The report for people: findings by file with a frame of code, then one line of sums and what to do next.

It writes its few escape codes itself: a lint that finds something should not wait for a terminal library to be imported.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from itertools import groupby

from mlsmith.finding import Finding, Safety, Status
from mlsmith.reports import Report
from mlsmith.reports.frame import frame
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count, duration, visible

_MARKS = {Status.BASELINE: " (in the baseline)", Status.SUPPRESSED: " (suppressed)", Status.NEW: ""}


def render(report: Report) -> str:
    style = Style(report.colour)
    width = max(40, min(report.width, 120))
    blocks: list[str] = []
    for path, found in groupby(report.shown, key=lambda finding: finding.path):
        blocks.append(style.bold(visible(path)))
        blocks.extend(_finding(finding, report, style, width) for finding in found)
    blocks.extend(_errors(report, style))
    if report.statistics and report.shown:
        blocks.append(_statistics(report, style))
    blocks.append(_summary(report, style))
    return "\n".join(blocks) + "\n"


def _finding(finding: Finding, report: Report, style: Style, width: int) -> str:
    paint = style.severity(finding.severity)
    span = finding.span
    where = f"{span.start.line}:{span.start.column}"
    if span.cell is not None:
        where = f"cell {span.cell} · line {span.start.line}"
    price = f"{finding.minutes} min" + ("" if finding.confidence == "high" else " · medium confidence")
    head = f"  {style.dim(where)}  {paint(str(finding.severity))} {style.link(finding.url, style.bold(finding.code))} {finding.name}"
    head += style.dim(f"  {price}{_MARKS[finding.status]}")
    lines = [head]
    lines.extend(_wrapped(visible(finding.message), "    ", width))
    lines.extend(frame(report.lines(finding.path, span.cell), span, style, paint, width))
    lines.extend(
        style.dim(line) if not number else line for number, line in enumerate(_wrapped(visible(finding.advice), "    → ", width), 1)
    )
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=" " * len(indent), break_long_words=False, break_on_hyphens=False
    ) or [indent]


def _errors(report: Report, style: Style) -> list[str]:
    errors = report.result.errors
    if not errors:
        return []
    lines = [style.bold(f"{count(len(errors), 'file')} could not be read")]
    for error in errors[:20]:
        place = visible(error.path) + (f":{error.line}" if error.line is not None else "")
        lines.append(f"  {place}  {visible(error.message)}")
    if len(errors) > 20:
        lines.append(style.dim(f"  and {len(errors) - 20} more (see --format json)"))
    return ["\n".join(lines) + "\n"]


def _statistics(report: Report, style: Style) -> str:
    rows: Counter[tuple[str, str]] = Counter((finding.code, finding.name) for finding in report.shown)
    minutes: Counter[str] = Counter()
    for finding in report.shown:
        minutes[finding.code] += finding.minutes
    lines = [style.bold("By rule")]
    for (code, name), number in sorted(rows.items(), key=lambda row: (-row[1], row[0])):
        lines.append(f"  {number:>5}  {code}  {name:<36} {style.dim(duration(minutes[code]))}")
    return "\n".join(lines) + "\n"


def _summary(report: Report, style: Style) -> str:
    result = report.result
    new = result.new
    suppressed, known = len(result.having(Status.SUPPRESSED)), len(result.having(Status.BASELINE))
    looked = f"{count(len(result.counts), 'file')}, {result.lines:,} lines"
    if not new:
        head = style.good("nothing to complain about") if not result.errors else "no findings"
        parts = [f"{head} in {looked}"]
    else:
        tally = Counter(str(finding.severity) for finding in new)
        words = [count(tally["error"], "error"), count(tally["warning"], "warning"), f"{tally['info']} info"]
        split = ", ".join(text for text in words if not text.startswith("0 "))
        parts = [f"{style.bold(count(len(new), 'finding'))} ({split}) in {looked}", f"{duration(sum(f.minutes for f in new))} of debt"]
    if suppressed:
        parts.append(f"{suppressed} suppressed")
    if known:
        parts.append(f"{known} in the baseline")
    lines = [" · ".join(parts)]
    lines.extend(_next_steps(new, style))
    return "\n".join(lines)


def _next_steps(new: tuple[Finding, ...], style: Style) -> list[str]:
    if not new:
        return []
    lines = []
    safe = sum(f.fix is not None and f.fix.safety is Safety.SAFE for f in new)
    unsafe = sum(f.fix is not None and f.fix.safety is Safety.UNSAFE for f in new)
    if safe:
        lines.append(f"{safe} can be fixed safely: {style.bold('mlsmith lint --fix')}")
    if unsafe:
        lines.append(
            f"{unsafe} {'more ' if safe else ''}can be fixed if you check the result: {style.bold('mlsmith lint --unsafe-fixes --diff')}"
        )
    dearest = max(new, key=lambda f: (f.minutes, f.severity == "error", f.code))
    lines.append(style.dim(f"why? mlsmith rule {dearest.code}"))
    return lines
