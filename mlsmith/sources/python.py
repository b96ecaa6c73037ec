"""Python text and its syntax tree, with places in the tree turned into places that a user sees."""

from __future__ import annotations

import ast
import codecs
import io
import tokenize
import warnings
from bisect import bisect_right
from typing import NamedTuple

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.regex import regex

_LINE_END = regex(r"\r\n|\r|\n")


class Cell(NamedTuple):
    """A code cell of a notebook inside the joined text: `index` is 0-based in the file, `first_line` 1-based in the text; `indent` is
    how many columns were cut off all its lines.
    """

    index: int  # type: ignore[assignment]  # in place of the method of tuples
    first_line: int
    indent: int = 0


class PythonSource(NamedTuple):
    """`lines` are without their ends, split as Python's tokenizer does (never at form feeds or Unicode separators)."""

    path: str
    text: str
    lines: list[str]
    tree: ast.Module
    cells: tuple[Cell, ...]
    starts: list[int]
    """The first line of each cell"""

    def column(self, line: int, byte_offset: int) -> int:
        """1-based character column of a UTF-8 byte offset, as `ast` counts, in a 1-based line."""
        text = self.lines[line - 1]
        if text.isascii():
            return byte_offset + 1
        return len(text.encode("utf-8", "surrogatepass")[:byte_offset].decode("utf-8", "replace")) + 1

    def span(self, node: ast.AST) -> Span:
        """Where a node stands; in a notebook, relative to its cell."""
        first: int = node.lineno  # type: ignore[attr-defined]
        last: int = node.end_lineno  # type: ignore[attr-defined]
        start = Position(first, self.column(first, node.col_offset))  # type: ignore[attr-defined]
        end = Position(last, self.column(last, node.end_col_offset))  # type: ignore[attr-defined]
        return self.localise(start, end)

    def numbers(self, node: ast.AST) -> tuple[int, int, int, int, int]:
        """`span` as plain numbers: first line and column, last line and column, and the cell (-1 outside notebooks)."""
        first: int = node.lineno  # type: ignore[attr-defined]
        last: int = node.end_lineno  # type: ignore[attr-defined]
        if self.text.isascii():
            start, end = node.col_offset + 1, node.end_col_offset + 1  # type: ignore[attr-defined]
        else:
            start, end = self.column(first, node.col_offset), self.column(last, node.end_col_offset)  # type: ignore[attr-defined]
        if not self.cells:
            return first, start, last, end, -1
        cell = self.cells[max(0, bisect_right(self.starts, first) - 1)]
        shift, indent = cell.first_line - 1, cell.indent
        return first - shift, start + indent, last - shift, end + indent, cell.index

    def localise(self, start: Position, end: Position) -> Span:
        if not self.cells:
            return Span(start, end)
        cell = self.cells[max(0, bisect_right(self.starts, start.line) - 1)]
        shift, indent = cell.first_line - 1, cell.indent
        return Span(Position(start.line - shift, start.column + indent), Position(end.line - shift, end.column + indent), cell.index)

    def segment(self, node: ast.AST) -> str:
        """The text of a node."""
        first: int = node.lineno  # type: ignore[attr-defined]
        last: int = node.end_lineno  # type: ignore[attr-defined]
        start = self.column(first, node.col_offset) - 1  # type: ignore[attr-defined]
        end = self.column(last, node.end_col_offset) - 1  # type: ignore[attr-defined]
        if first == last:
            return self.lines[first - 1][start:end]
        return "\n".join([self.lines[first - 1][start:], *self.lines[first : last - 1], self.lines[last - 1][:end]])


def read_python(data: bytes, path: str) -> PythonSource:
    """Decode and parse a Python file. Raises SourceError where it is not text or not Python."""
    return parse_python(decode(data), path)


def parse_python(text: str, path: str, cells: tuple[Cell, ...] = ()) -> PythonSource:
    """Parse text already decoded. Raises SourceError with the line at fault."""
    if "\0" in text:
        raise SourceError("contains a NUL byte: not Python source", line=text[: text.index("\0")].count("\n") + 1)
    try:
        tree = parsed(text)
    except SyntaxError as error:
        raise SourceError(f"cannot be parsed: {error.msg}", line=error.lineno) from None
    except (RecursionError, MemoryError):
        raise SourceError("is nested too deeply to be parsed") from None
    except ValueError as error:
        raise SourceError(f"cannot be parsed: {error}") from None
    return PythonSource(path, text, split_lines(text), tree, cells, [cell.first_line for cell in cells])


def parsed(text: str | bytes) -> ast.Module:
    """`ast.parse` without the warnings about what other people wrote, which would stand among our own lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def split_lines(text: str) -> list[str]:
    """Lines without their ends. `str.splitlines` would also split at form feeds and Unicode separators."""
    return _LINE_END.split(text) if "\r" in text else text.split("\n")


def decode(data: bytes) -> str:
    """Text of a Python file by its byte order mark or coding line, UTF-8 by default."""
    top = data.find(b"\n", data.find(b"\n") + 1)  # the end of the second line
    if not data.startswith(codecs.BOM_UTF8) and data.find(b"coding", 0, top if top >= 0 else None) < 0:
        try:
            return data.decode()
        except UnicodeDecodeError:
            pass  # told below, as Python would tell it
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError) as error:
        raise SourceError(f"cannot be decoded: {error}", line=1) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(f"is not valid {error.encoding}: byte 0x{data[error.start]:02x}", line=line) from None
    except UnicodeError:
        raise SourceError("cannot be decoded by the encoding that it names", line=1) from None
