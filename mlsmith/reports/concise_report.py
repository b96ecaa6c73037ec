"""One line a finding: `path:line:column: CODE message`; in a notebook `path:cell N:line:column: CODE message`."""

from __future__ import annotations

from mlsmith.reports import Report
from mlsmith.reports.safe import visible
from mlsmith.reports.wording import place_of


def render(report: Report) -> str:
    lines = []
    for finding in report.shown:
        start = finding.span.start
        place = place_of(finding.path, finding.span.cell, start.line, start.column)
        lines.append(f"{place}: {finding.code} {finding.message}")
    for error in report.result.errors:
        lines.append(f"{place_of(error.path, None, error.line or 1, 1)}: error: {error.message}")
    return "".join(visible(line) + "\n" for line in lines)
