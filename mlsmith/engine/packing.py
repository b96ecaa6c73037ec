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


class Analysed(NamedTuple):
    """One file's analysis read back, with the lines that each directive speaks of."""

    findings: list[Finding]
    facts: list[bytes]
    """Still packed, until `taken_facts` takes them: they are most of the memory"""
    error: ErrorEntry | None
    size: FileCount
    directives: list[tuple[Directive, Extent]]


def pack(analysis: Analysis, extents: tuple[Extent, ...]) -> bytes:
    """An analysis as bytes, without its path: the facts, the rest, and the length of the facts, so that whoever wants facts alone need not
    cut them out.
    """
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
    return facts + rest + _LENGTH.pack(len(facts))


def unpack(data: bytes, path: str) -> Analysed:
    """The analysis of the file at `path`. Raises ValueError, TypeError or EOFError where the bytes are
    none.
    """
    try:
        (length,) = _LENGTH.unpack(data[-_LENGTH.size :])
    except struct.error as broken:
        raise ValueError(str(broken)) from None
    findings, error, count, directives = marshal.loads(memoryview(data)[length:])
    return Analysed(
        [from_plain(plain, path) for plain in findings],
        [data[:length]],
        None if error is None else ErrorEntry(path, *error),
        FileCount(*count),
        [(_directive(packed), extent) for *packed, extent in directives],
    )


def taken_facts(analyses: Mapping[str, Analysed | bytes]) -> Iterator[tuple[str, Any]]:
    """The facts of files by path, unpacked one by one; what was packed is let go, so that a project is in memory once. Of files that nobody
    asked about the analyses may still be bytes.
    """
    for path, analysed in analyses.items():
        yield path, marshal.loads(analysed if isinstance(analysed, bytes) else analysed.facts.pop())


def _packed_directive(directive: Directive) -> tuple[Any, ...]:
    return (
        directive.kind, directive.line, directive.text_line, directive.cell, directive.codes,
        directive.reason, directive.malformed, plain_span(directive.span),
    )  # fmt: skip


def _directive(packed: list[Any]) -> Directive:
    kind, line, text_line, cell, codes, reason, malformed, span = packed
    return Directive(kind, line, text_line, cell, codes, reason, malformed, span_from(span))
