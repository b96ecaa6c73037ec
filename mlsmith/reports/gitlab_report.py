"""GitLab's code quality report."""

from __future__ import annotations

import json

from mlsmith.reports import Report

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    rows = [
        {
            "description": f"{finding.code}: {finding.message}",
            "check_name": finding.name,
            "fingerprint": f"{finding.fingerprint}{abs(hash_of(finding.path)):x}",
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": finding.path, "lines": {"begin": finding.span.start.line, "end": finding.span.end.line}},
        }
        for finding in report.shown
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def hash_of(text: str) -> int:
    """A short stable number of a path: GitLab wants fingerprints unique over the whole report, and ours leave the path out."""
    import zlib

    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
