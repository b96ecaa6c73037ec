"""What an analysis gives, as plain nested tuples: what `marshal` takes, the cache keeps and processes
exchange.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.engine.result import ErrorEntry, FileCount
from mlsmith.finding import Confidence, Edit, Finding, Fix, Position, Safety, Severity, Span
from mlsmith.sources.directives import Directive

if TYPE_CHECKING:
    from mlsmith.engine.analyse import Analysis

Extent = tuple[int, int]
"""First and last line, 1-based, counting as the findings of the file do."""


class Analysed(NamedTuple):
    """One file's analysis read back, with the lines that each directive speaks of."""

    findings: list[Finding]
    facts: bytes
    """Still packed: only the reduce over all files reads them, and they are most of the memory"""
    error: ErrorEntry | None
    size: FileCount
    directives: list[tuple[Directive, Extent]]


def pack(analysis: Analysis, extents: tuple[Extent, ...]) -> bytes:
    """An analysis as bytes, without its path."""
    count, error = analysis.size, analysis.error
    return marshal.dumps(
        (
            [_packed_finding(finding) for finding in analysis.findings],
            marshal.dumps(_shared(analysis.facts)),
            None if error is None else (error.line, error.message),
            (count.lines, count.code_lines, count.counted, count.ml),
            [(*_packed_directive(d), extent) for d, extent in zip(analysis.directives, extents, strict=True)],
        )
    )


def unpack(data: bytes, path: str) -> Analysed:
    """The analysis of the file at `path`. Raises ValueError, TypeError or EOFError where the bytes are
    none.
    """
    findings, facts, error, count, directives = marshal.loads(data)
    return Analysed(
        [_finding(packed, path) for packed in findings],
        facts,
        None if error is None else ErrorEntry(path, *error),
        FileCount(*count),
        [(_directive(packed), extent) for *packed, extent in directives],
    )


class PackedFacts(Mapping[str, Any]):
    """The facts of files by path, unpacked each time they are looked at rather than kept twice."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed

    def __getitem__(self, path: str) -> Any:
        return marshal.loads(self._packed[path])

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def _shared(facts: Any) -> Any:
    """Facts with equal strings made one: `marshal` writes such a string once, and reads it as one with other files'."""
    if type(facts) is str:
        return intern(facts)
    if isinstance(facts, (tuple, list)):
        shared = map(_shared, facts)
        return list(shared) if isinstance(facts, list) else tuple(shared)
    if isinstance(facts, dict):
        return {_shared(key): _shared(value) for key, value in facts.items()}
    return facts


def _packed_finding(finding: Finding) -> tuple[Any, ...]:
    fix = finding.fix
    return (
        finding.code, finding.name, finding.message, finding.advice, _packed_span(finding.span),
        finding.severity.value, finding.confidence.value, finding.minutes, finding.scope, finding.symbol,
        finding.anchor,
        None if fix is None else
        (fix.title, fix.safety.value, [(_packed_span(edit.span), edit.text) for edit in fix.edits]),
    )  # fmt: skip


def _finding(packed: tuple[Any, ...], path: str) -> Finding:
    code, name, message, advice, span, severity, confidence, minutes, scope, symbol, anchor, fix = packed
    return Finding(
        code=code, name=name, message=message, advice=advice, path=path, span=_span(span),
        severity=Severity(severity), confidence=Confidence(confidence), minutes=minutes,
        scope=scope, symbol=symbol, anchor=anchor, fix=None if fix is None else _fix(fix),
    )  # fmt: skip


def _fix(packed: tuple[Any, ...]) -> Fix:
    title, safety, edits = packed
    return Fix(title, Safety(safety), tuple(Edit(_span(span), text) for span, text in edits))


def _packed_span(span: Span) -> tuple[int, int, int, int, int | None]:
    return (span.start.line, span.start.column, span.end.line, span.end.column, span.cell)


def _span(packed: tuple[int, int, int, int, int | None]) -> Span:
    line, column, end_line, end_column, cell = packed
    return Span(Position(line, column), Position(end_line, end_column), cell)


def _packed_directive(directive: Directive) -> tuple[Any, ...]:
    return (
        directive.kind, directive.line, directive.text_line, directive.cell, directive.codes,
        directive.reason, directive.malformed, _packed_span(directive.span),
    )  # fmt: skip


def _directive(packed: list[Any]) -> Directive:
    kind, line, text_line, cell, codes, reason, malformed, span = packed
    return Directive(kind, line, text_line, cell, codes, reason, malformed, _span(span))
