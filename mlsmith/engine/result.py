"""What a lint run knows at its end: findings of every status, errors, and the counts that debt is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mlsmith.finding import Finding, Status


class ErrorEntry(NamedTuple):
    """A file that could not be read or parsed. `line` is 1-based, None where the whole file is at fault."""

    path: str
    line: int | None
    message: str
    left_out: bool = False
    """It was never meant to be parsed as it stands (a template): told by `--verbose`, and no error"""


class FileCount(NamedTuple):
    """Size of one linted file.

    `lines` are physical lines; `code_lines` those of Python (notebooks: of code cells) that hold a token other than comment,
    docstring or blank; `counted` is False for tests, vendored and generated files, which stay out of the debt ratio; `ml` says
    whether the file imports a machine-learning library; `glue` is the share of its statements that only carry data between libraries,
    None where it is not measured.
    """

    lines: int
    code_lines: int
    counted: bool
    ml: bool
    glue: float | None = None


_NOTHING: Mapping[str, float] = {}


class LintResult(NamedTuple):
    """Everything reports, debt and gate read. `findings` holds every status, sorted by `Finding.sort_key`."""

    root: Path
    findings: tuple[Finding, ...]
    errors: tuple[ErrorEntry, ...]
    counts: dict[str, FileCount]
    rules_fingerprint: str
    left_out: tuple[ErrorEntry, ...] = ()
    """Files that were looked at and are no source as they stand, with the reason"""
    seconds: Mapping[str, float] = _NOTHING
    """Time by phase and, under `rule:CODE`, by rule; empty unless asked for."""

    def having(self, status: Status) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.status is status)

    @property
    def new(self) -> tuple[Finding, ...]:
        return self.having(Status.NEW)

    @property
    def lines(self) -> int:
        return sum(count.lines for count in self.counts.values())
