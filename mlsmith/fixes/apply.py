"""One round of fixes on one file: which edits go together, the patched bytes, and the proof that they still parse."""

from __future__ import annotations

import codecs
import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass

from mlsmith.errors import SourceError
from mlsmith.finding import Edit, Finding, Position, Safety
from mlsmith.sources.python import parsed


@dataclass(frozen=True, slots=True)
class Patch:
    """The file after a round, and the findings whose fixes are in it."""

    data: bytes
    applied: tuple[Finding, ...]


def fixable(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    """Findings whose fix may be applied: safe ones, and with `unsafe` all."""
    return [f for f in findings if f.fix is not None and (unsafe or f.fix.safety is Safety.SAFE)]


def patch(data: bytes, path: str, findings: Iterable[Finding]) -> Patch:
    """The file with as many of the findings' fixes as do not overlap.

    Encoding, byte order mark and line ends stay as they are. A fix after which the file would not parse is left out. Raises SourceError
    where the file cannot be read as text.
    """
    applied: list[Finding] = []
    taken: list[Edit] = []
    current = data
    for finding in sorted(findings, key=lambda f: f.sort_key):
        edits = list(finding.fix.edits) if finding.fix is not None else []
        if not edits or any(_overlap(edit, other) for edit in edits for other in taken):
            continue
        try:
            attempt = _edited(data, path, [*taken, *edits])
        except SourceError:
            continue
        if _parses(attempt, path):
            current, applied = attempt, [*applied, finding]
            taken.extend(edits)
    return Patch(current, tuple(applied))


def _edited(data: bytes, path: str, edits: list[Edit]) -> bytes:
    if path.endswith(".ipynb"):
        from mlsmith.sources.notebook import apply_cell_edits

        return apply_cell_edits(data, edits)
    from mlsmith.sources.edits import apply_edits

    encoding, mark = encoding_of(data, path)
    try:
        text = data[len(mark) :].decode(encoding)
        return mark + apply_edits(text, edits).encode(encoding)
    except UnicodeError:
        raise SourceError(f"cannot be written as {encoding}") from None


def encoding_of(data: bytes, path: str) -> tuple[str, bytes]:
    """The encoding without its mark, and the mark."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    if not path.endswith(".py"):
        return "utf-8", mark
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise SourceError(f"cannot be decoded: {error}") from None
    return ("utf-8" if encoding == "utf-8-sig" else encoding), mark


def _parses(data: bytes, path: str) -> bool:
    if path.endswith(".ipynb"):
        from mlsmith.sources.notebook import read_notebook

        text = read_notebook(data).text
    elif path.endswith(".py"):
        return _is_python(data)
    else:
        return True
    return _is_python(text.encode())


def _is_python(data: bytes) -> bool:
    try:
        parsed(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _overlap(one: Edit, other: Edit) -> bool:
    if one.span.cell != other.span.cell:
        return False
    if one.span == other.span and one.text == other.text:
        return True  # the same edit twice: the second finding is gone with the first
    return (one.span.start < other.span.end and other.span.start < one.span.end) or _same_point(one, other)


def _same_point(one: Edit, other: Edit) -> bool:
    return one.span.start == other.span.start and (_is_insertion(one) or _is_insertion(other))


def _is_insertion(edit: Edit) -> bool:
    start: Position = edit.span.start
    return start == edit.span.end
