"""JSON, version 1, as the contract fixes it; `schema/lint.schema.json` describes it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mlsmith import __version__
from mlsmith.finding import Edit, Finding, Position, Status
from mlsmith.reports import Report
from mlsmith.reports.notation import json_text


def render(report: Report) -> str:
    return json_text(document(report))


def document(report: Report) -> dict[str, Any]:
    result = report.result
    new = result.new
    return {
        "version": 1,
        "tool": {"name": "mlsmith", "version": __version__, "rules": result.rules_fingerprint},
        "findings": [finding_object(finding) for finding in report.shown],
        "errors": [{"path": error.path, "line": error.line, "message": error.message} for error in result.errors],
        "summary": {
            "files": len(result.counts),
            "lines": result.lines,
            "findings": len(new),
            "suppressed": len(result.having(Status.SUPPRESSED)),
            "baseline": len(result.having(Status.BASELINE)),
            "minutes": sum(finding.minutes for finding in new),
            "by_code": dict(sorted(Counter(finding.code for finding in new).items())),
            "by_area": dict(sorted(Counter(finding.area_name for finding in new).items())),
        },
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "code": finding.code,
        "name": finding.name,
        "area": finding.area_name,
        "message": finding.message,
        "advice": finding.advice,
        "path": finding.path,
        "cell": finding.span.cell,
        "start": _position(finding.span.start),
        "end": _position(finding.span.end),
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "minutes": finding.minutes,
        "fingerprint": finding.fingerprint,
        "symbol": finding.symbol,
        "fix": None if fix is None else {"safety": str(fix.safety), "title": fix.title, "edits": [_edit(edit) for edit in fix.edits]},
        "status": str(finding.status),
        "url": finding.url,
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {"start": _position(edit.span.start), "end": _position(edit.span.end), "text": edit.text}


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
