"""Python text: decoded as Python decodes it, lines as the tokenizer counts them, places as a user sees them."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.sources.python import Cell, PythonSource, parse_python, read_python


def names(source: PythonSource) -> list[ast.Name]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.Name)]


_PIECES = st.sampled_from(["'é'", "'😀'", "'\u2028'", "'\\x0c'", "'tab\t'", "x", "(x, 'ü', x)", "1"])


@settings(max_examples=150, deadline=None)
@given(
    lines=st.lists(st.lists(_PIECES, min_size=1, max_size=4).map(" ; ".join), min_size=1, max_size=5),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_the_span_of_a_name_covers_the_name(lines: list[str], end: str, mark: bytes) -> None:
    text = end.join(["\x0c", *lines])
    source = read_python(mark + text.encode(), "a.py")
    assert source.lines[1:] == lines
    for node in names(source):
        span = source.span(node)
        assert span.start.line == span.end.line
        assert source.lines[span.start.line - 1][span.start.column - 1 : span.end.column - 1] == "x"
        assert source.segment(node) == "x"


def test_the_segment_of_a_call_over_many_lines_is_its_text() -> None:
    text = "é = f('ü',\n      [1,\n       2])  # note\n"
    source = read_python(text.encode(), "a.py")
    call = next(node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    assert source.segment(call) == "f('ü',\n      [1,\n       2])"


def test_places_in_joined_cells_count_inside_the_cell() -> None:
    cells = (Cell(1, 1), Cell(4, 3))
    source = parse_python("a = 1\n\nb = 2\nx = 3\n", "a.ipynb", cells)
    assert [source.span(node) for node in names(source)] == [
        Span(Position(1, 1), Position(1, 2), 1),
        Span(Position(1, 1), Position(1, 2), 4),
        Span(Position(2, 1), Position(2, 2), 4),
    ]


def test_a_coding_line_is_obeyed() -> None:
    source = read_python("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "a.py")
    assert source.lines[1] == "x = 'é'"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x = 1\ny = '\xff'\n", 2), (b"# coding: nonsense\n", 1), (b"# coding: rot13\nx = 1\n", 1), (b"# coding: punycode\nx = '-\xff'\n", 1),
        (b"# coding: undefined\nx = 1\n", 1), (b"x = 1\n\0", 2), (b"x = (\n", 1), (b"print 'x'\n", 1), (b"x = " + b"(" * 100_000, 1),
        (b"x = " + b"-" * 100_000 + b"1", None), (b"x = a" + b".b" * 100_000, None), (b"x = " + b"a + " * 100_000 + b"a", None),
    ],
    ids=["bytes", "unknown", "rot13", "punycode", "undefined", "nul", "open", "python2", "brackets", "signs", "attributes", "terms"],
)  # fmt: skip
def test_what_is_not_python_is_one_clear_line(data: bytes, line: int | None) -> None:
    with pytest.raises(SourceError) as error:
        read_python(data, "a.py")
    assert error.value.line == line
    assert "\n" not in error.value.message


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=60) | st.text("#coding: utf-8latin1\n\r\0x=(\"'", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        source = read_python(data, "a.py")
    except SourceError:
        return
    assert all(source.span(node).end.line <= len(source.lines) for node in names(source))
