"""One line a finding: `path:line:column: CODE message`."""

from __future__ import annotations

from mlsmith.reports import Report
from mlsmith.reports.wording import place_of, visible


def render(report: Report) -> str:
    lines = []
    for finding in report.shown:
        start = finding.span.start
        place = place_of(visible(finding.path), finding.span.cell, start.line, start.column)
        lines.append(f"{place}: {finding.code} {visible(finding.message)}")
    for error in report.result.errors:
        lines.append(f"{place_of(visible(error.path), None, error.line or 1)}: error: {visible(error.message)}")
    return "".join(line + "\n" for line in lines)
