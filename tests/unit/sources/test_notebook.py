"""Notebooks: what IPython adds is replaced line by line, and positions in the joined text lead back to the
cells.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.errors import SourceError
from mlsmith.sources.notebook import MAX_BYTES, Notebook, cell_lines, read_notebook


def cell(source: Any, kind: str = "code", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, "outputs": [], "execution_count": None} | more


def notebook(*cells: Any, **metadata: Any) -> bytes:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def plain(source: str) -> list[str]:
    """The lines of one cell after what IPython adds is replaced; they parse."""
    read = read_notebook(notebook(cell(source)))
    ast.parse(read.text)
    lines = read.text.removesuffix("\n").split("\n")
    assert len(lines) == len(source.split("\n"))
    return lines


def line_of(read: Notebook, index: int, line: int) -> str:
    found = next(cell for cell in read.cells if cell.index == index)
    assert 1 <= line <= found.line_count
    return read.text.split("\n")[found.first_line - 1 + line - 1]


_LINES = st.sampled_from([
    "x = 1", "%matplotlib inline", "!pip install torch", "files = !ls", "", "  ", "# note", "model.fit?", "y = (x +", "  2)",
    "if x:", "    !ls", "    pass", 's = """', "! no magic", '"""', "%%time", "é = 'ü'  # 😀", "x %= 3", "!ls \\", "t = %timeit f()",
])  # fmt: skip
_SOURCES = st.lists(_LINES, max_size=7).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(sources=st.lists(st.tuples(st.sampled_from(["code", "code", "markdown", "raw"]), _SOURCES), max_size=5), listed=st.booleans())
def test_every_line_of_every_code_cell_keeps_its_number(sources: list[tuple[str, str]], listed: bool) -> None:
    cells = [cell(text.splitlines(keepends=True) if listed else text, kind) for kind, text in sources]
    data = notebook(*cells)
    read = read_notebook(data)
    code = [(index, text) for index, (kind, text) in enumerate(sources) if kind == "code"]
    joined = ["".join(text.splitlines(keepends=True)) if listed else text for _, text in code]
    assert [found.index for found in read.cells] == [index for index, _ in code]
    assert sum(found.line_count for found in read.cells) == read.text.count("\n")
    for found, (index, _), text in zip(read.cells, code, joined, strict=True):
        assert cell_lines(data, index) == text.split("\n")
        assert found.line_count == len(text.split("\n"))
        replaced = {line for line, _ in found.magics}
        for number, line in enumerate(text.split("\n"), 1):
            now = line_of(read, index, number)
            if number in replaced:
                assert any(magic == line.strip() for at, magic in found.magics if at == number)
            else:
                assert now in (line, f"# {line}")


@settings(max_examples=100, deadline=None)
@given(source=_SOURCES)
def test_a_cell_of_plain_python_is_not_touched(source: str) -> None:
    try:
        ast.parse(source)
    except SyntaxError:
        return
    read = read_notebook(notebook(cell(source)))
    assert read.text == source + "\n"
    assert read.cells[0].magics == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%matplotlib inline", "pass  # %matplotlib inline"),
        ("!pip install torch", "pass  # !pip install torch"),
        ("!!ls", "pass  # !!ls"),
        ("?model", "pass  # ?model"),
        ("model.fit??", "pass  # model.fit??"),
        ("df[0].x?", "pass  # df[0].x?"),
        ("/print 1", "pass  # /print 1"),
        ("files = !ls *.csv", "files = None  # !ls *.csv"),
        ("a, b = %sql SELECT 1", "a, b = None  # %sql SELECT 1"),
        ("%time model.fit(x)", "pass; model.fit(x)"),
        ("%timeit -n 10 -r3 f(x)", "pass;             f(x)"),
        ("%time", "pass  # %time"),
        ("pip install torch==2.1", "pass  # pip install torch==2.1"),
        ("ls -l data", "pass  # ls -l data"),
        ("%time for x in y: z", "pass  # %time for x in y: z"),
    ],
)
def test_what_ipython_adds_to_a_line_is_replaced(line: str, expected: str) -> None:
    assert plain(line) == [expected]
    assert plain(f"if x:\n    {line}\nelse:\n    y = 1")[1] == f"    {expected}"


@pytest.mark.parametrize(
    "source",
    [
        "x %= 3", "x = y \\\n% z", "x = (y\n% z\n)", "s = '''\n%matplotlib\n!ls\nwhat?\n'''", "x = 'really?'", "x = 1  # why?",
        "x = a != b",
        "time -= 1",
        "ls - l", "cat (x)", "rm in y",
        "y = \\\npip \\\n-1", "await fetch()", "async for x in y:\n    pass", "s = f'{x!r}?'", "d = {\n'a': 1,\n}", "x = 'a\\\n!b'",
    ],
)  # fmt: skip
def test_python_that_looks_like_a_magic_is_not_touched(source: str) -> None:
    assert plain(source) == source.split("\n")
    assert plain(f"{source}\n!ls")[:-1] == source.split("\n"), "not even beside a real one"


def test_a_shell_escape_over_many_lines_is_one() -> None:
    source = "!pip install \\\n  torch \\\n  numpy\nx = 1\nfiles = !ls \\\n  *.csv"
    assert plain(source) == [
        "pass  # !pip install \\", "#   torch \\", "#   numpy", "x = 1", "files = None  # !ls \\", "#   *.csv",
    ]  # fmt: skip


def test_a_cell_of_another_language_becomes_comments_and_one_that_times_python_keeps_it() -> None:
    bash = read_notebook(notebook(cell("\n%%bash -e\nif true; then\n!x\nfi")))
    assert bash.text == "# \n# %%bash -e\n# if true; then\n# !x\n# fi\n"
    assert bash.cells[0].magics == ((2, "%%bash -e"),)
    timed = read_notebook(notebook(cell("%%time\nx = fit()\n!ls")))
    assert timed.text == "# %%time\nx = fit()\npass  # !ls\n"
    assert timed.cells[0].magics == ((1, "%%time"), (3, "!ls"))


def test_a_databricks_cell_of_another_language_becomes_comments() -> None:
    assert plain("%md\n# Title\nSome text, it's prose") == ["# %md", "# # Title", "# Some text, it's prose"]
    assert plain("%sql SELECT 1\nx = 1") == ["pass  # %sql SELECT 1", "x = 1"]


def test_a_cell_that_its_editor_says_is_sql_becomes_comments() -> None:
    read = read_notebook(notebook(cell("SELECT 1;", metadata={"vscode": {"languageId": "sql"}})))
    assert read.text == "# SELECT 1;\n"


def test_execution_counts_outputs_and_metadata_are_kept() -> None:
    output = {"output_type": "stream", "text": ["hello"]}
    data = notebook(cell("x = 1", execution_count=7, outputs=[output, "broken"]), title="t")
    read = read_notebook(data)
    assert read.cells[0].execution_count == 7
    assert read.cells[0].outputs == (output,)
    assert read.metadata == {"title": "t"}


def test_a_notebook_of_format_three_is_read() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# t"]},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "prompt_number": 3, "language": "python"},
        {"cell_type": "code", "input": "puts 1", "language": "ruby"},
    ]
    data = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells[:2]}, {"cells": cells[2:]}]}).encode()
    read = read_notebook(data)
    assert read.text == "x = 1\ny = 2\n# puts 1\n"
    assert [(found.index, found.execution_count) for found in read.cells] == [(1, 3), (2, None)]
    assert cell_lines(data, 1) == ["x = 1", "y = 2"]


@pytest.mark.parametrize(
    ("metadata", "is_python"),
    [
        ({}, True), ({"language_info": {"name": "python"}}, True), ({"language_info": {"name": "R"}}, False),
        ({"kernelspec": {"language": "python", "name": "x"}}, True), ({"kernelspec": {"name": "ir"}}, False),
        ({"kernelspec": {"name": "conda-env-py39"}}, True), ({"kernelspec": {"name": "julia-1.9"}}, False),
        ({"kernelspec": {"name": "python3"}, "language_info": {"name": "ipython"}}, True), ({"kernelspec": 5}, True),
    ],
)  # fmt: skip
def test_only_notebooks_of_python_have_code(metadata: dict[str, Any], is_python: bool) -> None:
    assert bool(read_notebook(notebook(cell("x <- 1"), **metadata)).cells) == is_python


def test_byte_order_mark_line_ends_and_nul_in_a_cell_do_not_move_lines() -> None:
    read = read_notebook(b"\xef\xbb\xbf" + notebook(cell("x = 1\r\ny = 2\rz = '\0'\n\x0c\nw = 3")))
    assert read.text.split("\n") == ["x = 1", "y = 2", "z = ' '", "\x0c", "w = 3", ""]
    assert line_of(read, 0, 5) == "w = 3"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a notebook"), (b"[]", "no cells"), (b"{}", "no cells"), (b'{"cells": 5}', "no cells"), (b"\xff\xfe", "UTF-8"),
        (b'{"cells": [' + b"1" * 5000 + b"]}", "digits"), (b"[" * 100_000, "deeply"), (b'{"cells": [}', "not a notebook"),
    ],
    ids=["empty", "list", "object", "number", "utf16", "digits", "deep", "broken"],
)  # fmt: skip
def test_what_is_no_notebook_is_one_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_notebook(data)


@pytest.mark.parametrize(
    "broken",
    [5, None, "text", [], {"cell_type": "code"}, {"cell_type": ["code"]}, cell(5), cell([1, None, "x = 1"]), cell("x", outputs=5)],
)
def test_cells_that_are_none_do_not_shift_the_others(broken: Any) -> None:
    read = read_notebook(notebook(broken, cell("y = 2")))
    assert read.cells[-1].index == 1
    assert line_of(read, 1, 1) == "y = 2"


def test_worksheets_that_are_none_are_passed_over() -> None:
    assert read_notebook(b'{"worksheets": [5, {"cells": 7}, {"cells": [{}]}]}').cells == ()


def test_a_notebook_of_fifty_megabytes_is_refused_at_once() -> None:
    data = notebook(cell("x = 1", outputs=[{"text": "x" * (50 << 20)}]))
    assert len(data) > MAX_BYTES
    with pytest.raises(SourceError, match="10 MiB"):
        read_notebook(data)


def test_reading_a_notebook_needs_no_concrete_syntax() -> None:
    code = "import sys, mlsmith.sources.notebook; assert not {'libcst', 'yaml', 'typer', 'rich'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@settings(max_examples=200, deadline=None)
@given(source=st.text("ab =!%?/()[]'\"\\#:\n\t,;x1", max_size=40))
def test_any_cell_keeps_its_number_of_lines(source: str) -> None:
    read = read_notebook(notebook(cell(source)))
    assert read.text.count("\n") == source.count("\n") + 1
