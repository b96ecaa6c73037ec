"""JUnit XML: a file is a suite, a finding a failed case, an unreadable file an error, and a clean run one passed case."""

from __future__ import annotations

from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from mlsmith.finding import Finding
from mlsmith.regex import regex
from mlsmith.reports import Report
from mlsmith.reports.wording import place_of

_FORBIDDEN = regex("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow, and the control characters that it allows but advises against."""


def render(report: Report) -> str:
    errors = report.result.errors
    suites = [_suite(path, [_case(finding) for finding in found], failures=True) for path, found in groupby(report.shown, lambda f: f.path)]
    for error in errors:
        case = f'<testcase classname={_attribute(error.path)} name="read"><error message={_attribute(error.message)}/></testcase>'
        suites.append(_suite(error.path, [case], failures=False))
    if not suites:
        suites = [
            '  <testsuite name="mlsmith" tests="1" failures="0" errors="0">\n    <testcase classname="mlsmith" name="lint"/>\n  </testsuite>'
        ]
    total = max(1, len(report.shown) + len(errors))
    head = f'<testsuites name="mlsmith" tests="{total}" failures="{len(report.shown)}" errors="{len(errors)}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>\n"])


def _suite(path: str, cases: list[str], *, failures: bool) -> str:
    failed, broken = (len(cases), 0) if failures else (0, len(cases))
    head = f'  <testsuite name={_attribute(path)} tests="{len(cases)}" failures="{failed}" errors="{broken}">'
    return "\n".join([head, *(f"    {case}" for case in cases), "  </testsuite>"])


def _case(finding: Finding) -> str:
    start = finding.span.start
    place = place_of(finding.path, finding.span.cell, start.line, start.column)
    body = f"{place}: {finding.severity}\n{finding.message}\n{finding.advice}\n{finding.url}"
    failure = f"<failure type={_attribute(finding.code)} message={_attribute(finding.message)}>{_text(body)}</failure>"
    name = _attribute(f"{finding.code} {finding.name} at {place}")
    return f"<testcase classname={_attribute(finding.path)} name={name}>{failure}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_allowed(text))


def _text(text: str) -> str:
    return escape(_allowed(text))


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
