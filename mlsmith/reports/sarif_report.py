"""SARIF 2.1.0, for code scanning; at most 5,000 results, the costliest first."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from mlsmith import __version__
from mlsmith.finding import Finding, Span, Status
from mlsmith.reports import Report
from mlsmith.rules.kit.rule import RuleInfo

MAX_RESULTS = 5_000
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report) -> str:
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    costly = sorted(report.result.findings, key=lambda f: (f.status is not Status.NEW, -f.minutes, f.sort_key))[:MAX_RESULTS]
    shown = sorted((f for f in costly if f.status is not Status.BASELINE), key=lambda f: f.sort_key)
    rules = sorted(report.rules, key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "mlsmith",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "informationUri": "https://mlsmith.dev",
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the project."}}},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [_notification(e.path, e.line, e.message) for e in report.result.errors],
                    }
                ],
                "results": [_result(finding, index) for finding in shown],
            }
        ],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    help_text = "\n\n".join(f"## {heading}\n\n{body}" for heading, body in rule.sections.items())
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.sections.get("What it finds", rule.title).replace("\n", " ")},
        "helpUri": f"https://mlsmith.dev/rules/{rule.code}",
        "help": {"text": help_text or rule.title, "markdown": help_text or rule.title},
        "defaultConfiguration": {"enabled": rule.default_on, "level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.area], "minutes": rule.minutes},
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.advice}."},
        "locations": [{"physicalLocation": _location(finding.path, finding.span), "logicalLocations": _logical(finding)}],
        "partialFingerprints": {"mlsmith/v1": finding.fingerprint},
        "properties": {"minutes": finding.minutes, "confidence": str(finding.confidence)},
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    if finding.status is Status.SUPPRESSED:
        result["suppressions"] = [{"kind": "inSource"}]
    if finding.fix is not None and finding.span.cell is None:
        result["fixes"] = [_fix(finding)]
    return result


def _fix(finding: Finding) -> dict[str, Any]:
    assert finding.fix is not None
    replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in finding.fix.edits]
    return {
        "description": {"text": f"{finding.fix.title} ({finding.fix.safety})"},
        "artifactChanges": [{"artifactLocation": _artifact(finding.path), "replacements": replacements}],
    }


def _location(path: str, span: Span) -> dict[str, Any]:
    """A place; of a notebook only the file, since SARIF counts lines of the JSON and ours count in the cell."""
    place: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if span.cell is None:
        place["region"] = _region(span)
    return place


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.start.line, "startColumn": span.start.column, "endLine": span.end.line, "endColumn": span.end.column,
    }  # fmt: skip


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _logical(finding: Finding) -> list[dict[str, str]]:
    name = finding.symbol or finding.path
    return [{"fullyQualifiedName": name if finding.span.cell is None else f"{name} (cell {finding.span.cell})"}]


def _notification(path: str, line: int | None, message: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if line is not None:
        place["region"] = {"startLine": line}
    return {"level": "error", "message": {"text": message}, "locations": [{"physicalLocation": place}]}
