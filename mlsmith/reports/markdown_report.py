"""Markdown, for a comment on a pull request."""

from __future__ import annotations

from mlsmith.reports import Report
from mlsmith.reports.wording import count, duration, place_of, visible

_MOST = 100


def render(report: Report) -> str:
    new = report.result.new
    if not report.shown:
        lines = ["**mlsmith**: nothing to complain about."]
    else:
        total = duration(sum(finding.minutes for finding in new))
        lines = [f"**mlsmith**: {count(len(new), 'finding')}, {total} of debt.", "", "| where | rule | what | min |", "|---|---|---|---:|"]
        for finding in report.shown[:_MOST]:
            start = finding.span.start
            where = place_of(finding.path, finding.span.cell, start.line)
            lines.append(
                f"| `{_cell(where)}` | [{finding.code}]({finding.url}) {finding.name} | {_cell(finding.message)}. {_cell(finding.advice)}. | {finding.minutes} |"
            )
        if len(report.shown) > _MOST:
            lines.append(f"\nand {len(report.shown) - _MOST} more.")
    for error in report.result.errors:
        lines.append(f"\n- `{_cell(error.path)}` could not be read: {_cell(error.message)}")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
