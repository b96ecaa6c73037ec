"""Annotations of GitHub Actions: one workflow command a finding."""

from __future__ import annotations

from mlsmith.finding import Finding
from mlsmith.reports import Report
from mlsmith.reports.safe import visible

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    lines = [annotation(finding) for finding in report.shown]
    for error in report.result.errors:
        lines.append(f"::error file={_property(error.path)},line={error.line or 1},title=mlsmith::{_data(error.message)}")
    return "".join(line + "\n" for line in lines)


def annotation(finding: Finding) -> str:
    """The workflow command of one finding. Of a notebook, whose lines are not those of the file, only the file is marked."""
    start, end = finding.span.start, finding.span.end
    message = f"{finding.message}\n{finding.advice}"
    place = f"file={_property(finding.path)}"
    if finding.span.cell is not None:
        message = f"cell {finding.span.cell}, line {start.line}: {message}"
    else:
        place += f",line={start.line},endLine={end.line},col={start.column}"
        # The runner takes columns only where the annotation stays on one line.
        place += f",endColumn={end.column}" if end.line == start.line else ""
    title = _property(f"{finding.code} {finding.name}")
    return f"::{_COMMANDS[finding.severity]} {place},title={title}::{_data(message)}"


def _data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
