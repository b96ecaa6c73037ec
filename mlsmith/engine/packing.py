"""What an analysis gives, as plain nested tuples: what `marshal` takes, the cache keeps and processes
exchange.
"""

from __future__ import annotations

import marshal
import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.engine.result import ErrorEntry, FileCount
from mlsmith.finding import Finding, from_plain, plain_span, span_from, to_plain
from mlsmith.sources.directives import Directive

if TYPE_CHECKING:
    from mlsmith.engine.analyse import Analysis

Extent = tuple[int, int]
"""First and last line, 1-based, counting as the findings of the file do."""


_LENGTH = struct.Struct("<I")
_NOT_COUNTED = FileCount(0, 0, counted=False, ml=False)


class Analysed(NamedTuple):
    """One file's analysis read back, with the lines that each directive speaks of."""

    findings: list[Finding]
    facts: list[bytes]
    """Still packed, until `taken_facts` takes them: they are most of the memory"""
    error: ErrorEntry | None
    size: FileCount
    directives: list[tuple[Directive, Extent]]


def pack(analysis: Analysis, extents: tuple[Extent, ...]) -> bytes:
    """An analysis as bytes, without its path: the length of the facts, the facts, and the rest."""
    count, error = analysis.size, analysis.error
    facts = marshal.dumps(analysis.facts)
    rest = marshal.dumps(
        (
            [to_plain(finding) for finding in analysis.findings],
            None if error is None else (error.line, error.message, error.left_out),
            (count.lines, count.code_lines, count.counted, count.ml, count.glue),
            [(*_packed_directive(d), extent) for d, extent in zip(analysis.directives, extents, strict=True)],
        )
    )
    return _LENGTH.pack(len(facts)) + facts + rest


def unpack(data: bytes, path: str) -> Analysed:
    """The analysis of the file at `path`. Raises ValueError, TypeError or EOFError where the bytes are
    none.
    """
    facts = _packed_facts(data)
    findings, error, count, directives = marshal.loads(memoryview(data)[_LENGTH.size + len(facts) :])
    return Analysed(
        [from_plain(plain, path) for plain in findings],
        [facts],
        None if error is None else ErrorEntry(path, *error),
        FileCount(*count),
        [(_directive(packed), extent) for *packed, extent in directives],
    )


def unpack_facts(data: bytes) -> Analysed:
    """An analysis of which only the facts are wanted, as a file that nobody asked about; the rest is not read. Raises ValueError."""
    return Analysed([], [_packed_facts(data)], None, _NOT_COUNTED, [])


def _packed_facts(data: bytes) -> bytes:
    try:
        end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    except struct.error as error:
        raise ValueError(str(error)) from None
    return data[_LENGTH.size : end]


def taken_facts(analyses: Mapping[str, Analysed]) -> Iterator[tuple[str, Any]]:
    """The facts of files by path, unpacked one by one; what was packed is let go, so that a project is in memory once."""
    for path, analysed in analyses.items():
        packed = analysed.facts.pop()
        yield path, marshal.loads(packed)


def _packed_directive(directive: Directive) -> tuple[Any, ...]:
    return (
        directive.kind, directive.line, directive.text_line, directive.cell, directive.codes,
        directive.reason, directive.malformed, plain_span(directive.span),
    )  # fmt: skip


def _directive(packed: list[Any]) -> Directive:
    kind, line, text_line, cell, codes, reason, malformed, span = packed
    return Directive(kind, line, text_line, cell, codes, reason, malformed, span_from(span))
