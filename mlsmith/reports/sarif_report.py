"""SARIF 2.1.0, for code scanning: at most 5,000 results, since GitHub takes no more, the costliest first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlsmith import __version__
from mlsmith.finding import Finding, Fix, Position, Span, Status
from mlsmith.reports import Report
from mlsmith.reports.notation import json_text, uri
from mlsmith.reports.wording import sentence

if TYPE_CHECKING:
    from mlsmith.rules.kit.rule import RuleInfo

MAX_RESULTS = 5_000
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
_SUPPRESSIONS = {Status.SUPPRESSED: {"kind": "inSource"}, Status.BASELINE: {"kind": "external", "justification": "in the baseline"}}


def render(report: Report) -> str:
    return json_text(document(report))


def document(report: Report) -> dict[str, Any]:
    """The log. Suppressed and known findings are in it only when asked for: code scanning would open alerts for them."""
    results = sorted(report.shown, key=lambda f: (f.status is not Status.NEW, -f.minutes, f.sort_key))
    rules = sorted(report.rules, key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the project."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report, len(results))}],
        "results": [_result(finding, index) for finding in results[:MAX_RESULTS]],
    }
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _driver(rules: list[RuleInfo]) -> dict[str, Any]:
    return {
        "name": "mlsmith",
        "version": __version__,
        "informationUri": "https://mlsmith.dev",
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    markdown = "\n\n".join(f"## {heading}\n\n{body}" for heading, body in rule.sections.items()) or rule.title
    first, _, _ = rule.sections.get("What it finds", rule.title).partition("\n\n")
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(first.split())},
        "helpUri": f"https://mlsmith.dev/rules/{rule.code}",
        "help": {"text": _plain(markdown), "markdown": markdown},
        "defaultConfiguration": {"enabled": rule.default_on, "level": _LEVELS[rule.severity]},
        "properties": {"tags": ["machine-learning", rule.area], "problem.severity": _PROBLEMS[rule.severity], "minutes": rule.minutes},
    }


def _plain(markdown: str) -> str:
    """Markdown as plain text: headings without marks, code without fences."""
    text = re.sub(r"^```.*\n?", "", markdown, flags=re.MULTILINE)
    return re.sub(r"^#+ (.*)$", r"\1", text, flags=re.MULTILINE)


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    """One result. Lines of a notebook's cell are no lines of the file: there the place is the file, and the message says which cell."""
    in_notebook = finding.span.cell is not None
    where = f"cell {finding.span.cell}, line {finding.span.start.line}: " if in_notebook else ""
    place = _place(finding.path, None if in_notebook else _region(finding.span))
    result: dict[str, Any] = {"ruleId": finding.code}
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    result |= {
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{where}{sentence(finding.message)} {sentence(finding.advice)}".rstrip()},
        "locations": [place | _logical(finding)],
        "partialFingerprints": {"mlsmith/v1": finding.fingerprint},
        "properties": {"minutes": finding.minutes, "confidence": str(finding.confidence)},
    }
    if finding.status in _SUPPRESSIONS:
        result["suppressions"] = [_SUPPRESSIONS[finding.status]]
    if finding.fix is not None and finding.fix.edits and not in_notebook:
        result["fixes"] = [_fix(finding.path, finding.fix)]
    return result


def _fix(path: str, fix: Fix) -> dict[str, Any]:
    replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits]
    return {
        "description": {"text": f"{fix.title} ({fix.safety})"},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": replacements}],
    }


def _place(path: str, region: dict[str, int] | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if region is not None:
        physical["region"] = region
    return {"physicalLocation": physical}


def _logical(finding: Finding) -> dict[str, Any]:
    return {"logicalLocations": [{"fullyQualifiedName": finding.symbol}]} if finding.symbol else {}


def _region(span: Span) -> dict[str, int]:
    return _edge("start", span.start) | _edge("end", span.end)


def _edge(which: str, position: Position) -> dict[str, int]:
    return {f"{which}Line": position.line, f"{which}Column": position.column}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path), "uriBaseId": "%SRCROOT%"}


def _notifications(report: Report, found: int) -> list[dict[str, Any]]:
    """What was not looked at, or is not listed."""
    notes: list[dict[str, Any]] = [
        {
            "level": "error",
            "message": {"text": error.message},
            "locations": [_place(error.path, None if error.line is None else {"startLine": error.line})],
        }
        for error in report.result.errors
    ]
    if found > MAX_RESULTS:
        text = f"{found:,} findings; the {MAX_RESULTS:,} costliest are listed."
        notes.append({"level": "warning", "message": {"text": text}})
    return notes
