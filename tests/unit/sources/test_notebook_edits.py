"""Edits in notebooks change the source of their cell, and not one byte besides."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.errors import SourceError
from mlsmith.finding import Edit, Position, Span
from mlsmith.sources.edits import apply_edits
from mlsmith.sources.notebook import apply_cell_edits


def edit(cell: int | None, line: int, start: int, end: int, text: str) -> Edit:
    return Edit(Span(Position(line, start), Position(line, end), cell), text)


_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT | st.just("source"), inner, max_size=3),
    max_leaves=6,
)
_LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8)
_SOURCE = st.lists(_LINE, min_size=1, max_size=5).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(draw=st.data(), indent=st.sampled_from([None, 1, 4, "\t"]), ascii_only=st.booleans(), tight=st.booleans())
def test_an_edit_changes_nothing_but_its_cell(draw: st.DataObject, indent: Any, ascii_only: bool, tight: bool) -> None:
    sources = draw.draw(st.lists(_SOURCE, min_size=1, max_size=4))
    listed = draw.draw(st.lists(st.booleans(), min_size=len(sources), max_size=len(sources)))
    cells = [
        {"before": draw.draw(_JUNK), "cell_type": "code", "source": text.splitlines(keepends=True) if as_list else text, "z": "\u2028"}
        for text, as_list in zip(sources, listed, strict=True)
    ]  # fmt: skip
    document = {"metadata": draw.draw(_JUNK), "cells": cells, "nbformat": 4, "after": draw.draw(_JUNK)}
    separators = (",", ":") if tight else None
    ending = draw.draw(st.sampled_from(["", "\n", "\r\n\n"]))
    mark = draw.draw(st.sampled_from(["", "\ufeff"]))
    text = mark + json.dumps(document, indent=indent, ensure_ascii=ascii_only, separators=separators) + ending
    text = text.replace("\n", draw.draw(st.sampled_from(["\n", "\r\n"])))
    index = draw.draw(st.integers(0, len(sources) - 1))
    line = draw.draw(st.integers(1, sources[index].count("\n") + 1))
    new = draw.draw(_LINE)
    content = sources[index].split("\n")[line - 1]
    change = edit(index, line, 1, len(content) + 1, new)

    result = apply_cell_edits(text.encode(), [change]).decode()

    expected = copy.deepcopy(document)
    lines = sources[index].split("\n")
    lines[line - 1] = new
    now = json.loads(result.removeprefix("\ufeff"))
    source = now["cells"][index]["source"]
    assert isinstance(source, list) == listed[index]
    assert "".join(source) == "\n".join(lines)
    now["cells"][index]["source"] = expected["cells"][index]["source"] = None
    assert json.dumps(now) == json.dumps(expected)
    if new == content:
        assert result == text
    old_cell, new_cell = _split(text, index), _split(result, index)
    assert (old_cell[0], old_cell[2]) == (new_cell[0], new_cell[2]), "every byte around the source is as it was"
    if ascii_only:
        assert result.removeprefix("\ufeff").isascii()


def _split(text: str, index: int) -> tuple[str, str, str]:
    """The text before the source of a cell, the source, and the text after it, by another way than the code
    under test.
    """
    marks = []
    decoder = json.JSONDecoder()
    plain = text.removeprefix("\ufeff")
    shift = len(text) - len(plain)
    at = 0
    for number in range(index + 1):
        at = _find_source(plain, decoder, at, number)
        _, end = decoder.raw_decode(plain, at)
        marks.append((at + shift, end + shift))
        at = end
    start, end = marks[-1]
    return text[:start], text[start:end], text[end:]


def _find_source(plain: str, decoder: json.JSONDecoder, at: int, number: int) -> int:
    """The source stands between the cell's type and its last member, whose value gives it away."""
    if number == 0:
        at = plain.index('"cells"')
        while not plain[at + 7 :].lstrip().startswith(":"):
            at = plain.index('"cells"', at + 1)
    while True:
        at = plain.index('"cell_type"', at)
        end = at + len('"cell_type"')
        rest = plain[end:].lstrip()
        if rest.startswith(":") and rest[1:].lstrip().startswith('"code"'):
            break
        at = end
    at = plain.index('"source"', at) + len('"source"')
    at = plain.index(":", at) + 1
    return at + len(plain[at:]) - len(plain[at:].lstrip())


def test_lines_that_stay_keep_their_escapes_and_new_ones_are_written_alike() -> None:
    data = b'{"cells": [{"cell_type": "code", "source": ["a = \\"\\u00e9\\/\\"\\n", "b = 1"]}]}'
    assert apply_cell_edits(data, [edit(0, 2, 5, 6, "'ü'")]) == data.replace(b'"b = 1"', b"\"b = '\\u00fc'\"")
    data = '{"cells": [{"cell_type": "code", "source": ["a = \'é\'\\n", "b = 1"]}]}'.encode()
    assert apply_cell_edits(data, [edit(0, 2, 5, 6, "'ü'")]) == data.replace(b"b = 1", "b = 'ü'".encode())


def test_the_layout_of_the_list_is_kept_when_lines_come_and_go() -> None:
    data = b'{\n "cells": [\n  {\n   "source": [\n    "a = 1\\n",\n    "b = 2"\n   ]\n  }\n ]\n}\n'
    added = apply_cell_edits(data, [Edit(Span(Position(1, 1), Position(1, 1), 0), "import os\n")])
    assert added == data.replace(b'    "a', b'    "import os\\n",\n    "a')
    one = apply_cell_edits(data, [Edit(Span(Position(1, 6), Position(2, 6), 0), "")])
    assert one == data.replace(b'    "a = 1\\n",\n    "b = 2"\n', b'    "a = 1"\n')
    assert apply_cell_edits(one, [Edit(Span(Position(2, 1), Position(2, 1), 0), "\nb = 2")]) == data
    none = apply_cell_edits(one, [Edit(Span(Position(1, 1), Position(1, 6), 0), "")])
    assert json.loads(none)["cells"][0]["source"] == []


def test_cells_of_format_three_are_edited() -> None:
    data = json.dumps({"worksheets": [{"cells": [{"source": "t"}]}, {"cells": [{"input": ["x = 1"]}]}]}).encode()
    assert apply_cell_edits(data, [edit(1, 1, 5, 6, "2")]) == data.replace(b"x = 1", b"x = 2")


def test_a_notebook_with_twice_the_same_key_is_edited_where_python_reads_it() -> None:
    data = b'{"cells": [{"source": "x = 1", "source": "y = 1"}], "n": 1e5, "n": 1.0}'
    assert apply_cell_edits(data, [edit(0, 1, 5, 6, "2")]) == data.replace(b"y = 1", b"y = 2")


@pytest.mark.parametrize(
    "change",
    [edit(None, 1, 1, 1, "x"), edit(2, 1, 1, 1, "x"), edit(0, 9, 1, 1, "x"), edit(0, 1, 9, 9, "x"), edit(0, 0, 1, 1, "x"),
     edit(0, 1, 3, 1, "x"), edit(1, 1, 1, 1, "x")],
)  # fmt: skip
def test_an_edit_that_misses_its_cell_is_refused(change: Edit) -> None:
    with pytest.raises(SourceError):
        apply_cell_edits(b'{"cells": [{"source": "x = 1"}, {"source": 5}]}', [change])


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"cells": {}}', b"\xff", b"[" * 100_000, b'{"cells": [1]}'])
def test_what_is_no_notebook_cannot_be_edited(data: bytes) -> None:
    with pytest.raises(SourceError):
        apply_cell_edits(data, [edit(0, 1, 1, 1, "x")])


def test_edits_of_a_text_are_made_together_and_keep_its_line_ends() -> None:
    text = "é = 1\r\nb = 2\r\nc = 3"
    edits = [edit(None, 1, 5, 6, "10"), edit(None, 2, 1, 1, "a = 0\n"), edit(None, 2, 5, 6, "20"), edit(None, 4, 1, 1, "\nd")]
    assert apply_edits(text, [*edits, edits[0]]) == "é = 10\r\na = 0\r\nb = 20\r\nc = 3\r\nd"
    assert apply_edits("a\x0cb\u2028c\nd", [edit(None, 2, 1, 2, "D")]) == "a\x0cb\u2028c\nD", "form feeds end no line"


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(SourceError, match="overlap"):
        apply_edits("abcdef", [edit(None, 1, 1, 4, "x"), edit(None, 1, 3, 5, "y")])
    assert apply_edits("abcdef", [edit(None, 1, 1, 3, "x"), edit(None, 1, 3, 5, "y")]) == "xyef"
