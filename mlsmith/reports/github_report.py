"""Annotations of GitHub Actions: one workflow command a finding."""

from __future__ import annotations

from mlsmith.finding import Finding
from mlsmith.reports import Report

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    lines = [annotation(finding) for finding in report.shown]
    for error in report.result.errors:
        lines.append(f"::error file={_property(error.path)},line={error.line or 1},title=mlsmith::{_data(error.message)}")
    return "".join(line + "\n" for line in lines)


def annotation(finding: Finding) -> str:
    start, end = finding.span.start, finding.span.end
    title = _property(f"{finding.code} {finding.name}")
    place = f"file={_property(finding.path)},line={start.line},endLine={end.line},col={start.column}"
    if end.line == start.line:
        place += f",endColumn={end.column}"
    message = f"{finding.message}\n{finding.advice}"
    if finding.span.cell is not None:
        place, message = f"file={_property(finding.path)}", f"cell {finding.span.cell}, line {start.line}: {message}"
    return f"::{_COMMANDS[finding.severity]} {place},title={title}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
