"""JUnit XML: a file is a suite, a finding a failed case, a clean run one passed case."""

from __future__ import annotations

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from mlsmith.reports import Report
from mlsmith.reports.wording import place_of

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    suites = []
    for path, group in groupby(report.shown, key=lambda finding: finding.path):
        found = list(group)
        cases = []
        for finding in found:
            start = finding.span.start
            name = f"{finding.code} {place_of(path, finding.span.cell, start.line, start.column)}"
            body = f"<failure type={_attribute(finding.code)} message={_attribute(finding.message)}>{_text(finding.advice)}</failure>"
            cases.append(f"    <testcase classname={_attribute(path)} name={_attribute(name)}>{body}</testcase>")
        suites.append(
            f'  <testsuite name={_attribute(path)} tests="{len(found)}" failures="{len(found)}">\n' + "\n".join(cases) + "\n  </testsuite>"
        )
    for error in report.result.errors:
        case = f'    <testcase classname={_attribute(error.path)} name="read"><error message={_attribute(error.message)}/></testcase>'
        suites.append(f'  <testsuite name={_attribute(error.path)} tests="1" errors="1">\n{case}\n  </testsuite>')
    if not suites:
        suites.append(
            '  <testsuite name="mlsmith" tests="1" failures="0">\n    <testcase classname="mlsmith" name="lint"/>\n  </testsuite>'
        )
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mlsmith">\n' + "\n".join(suites) + "\n</testsuites>\n"


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))
