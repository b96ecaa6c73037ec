"""GitLab's code quality report. A file that could not be read is an entry, too: the widget has no other place for it."""

from __future__ import annotations

import hashlib
from typing import Any

from mlsmith.engine.result import ErrorEntry
from mlsmith.finding import Finding
from mlsmith.reports import Report
from mlsmith.reports.notation import json_text

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    return json_text([_finding(finding) for finding in report.shown] + [_error(error) for error in report.result.errors])


def _finding(finding: Finding) -> dict[str, Any]:
    """One entry. Lines of a notebook's cell are no lines of the file, so that the entry points at its top and names the cell."""
    cell, start, end = finding.span.cell, finding.span.start.line, finding.span.end.line
    where, lines = ("", (start, end)) if cell is None else (f" (cell {cell}, line {start})", (1, 1))
    return {
        "description": f"{finding.message}{where}",
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": _unique(finding.path, finding.fingerprint),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.path, "lines": {"begin": lines[0], "end": lines[1]}},
    }


def _error(error: ErrorEntry) -> dict[str, Any]:
    line = error.line or 1
    return {
        "description": f"could not be read: {error.message}",
        "check_name": "mlsmith",
        "fingerprint": _unique(error.path, f"{line} {error.message}"),
        "severity": "critical",
        "location": {"path": error.path, "lines": {"begin": line, "end": line}},
    }


def _unique(path: str, fingerprint: str) -> str:
    """GitLab wants fingerprints unique over the whole report; ours leave the path out."""
    return hashlib.sha256(f"{path}\0{fingerprint}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
