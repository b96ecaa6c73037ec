"""Suppressions: only in comments, with codes, a reason, and the place where they stand."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsmith.sources.directives import Directive, read_directives
from mlsmith.sources.notebook import read_notebook
from mlsmith.sources.python import Cell, split_lines


def one(text: str, language: str = "python") -> Directive:
    (found,) = read_directives(text, language=language)
    return found


def test_a_comment_behind_code_is_for_its_line() -> None:
    found = one("x = 1\nloader = f(shuffle=False)  # mlsmith: ignore[EXP104, DEX] order is by time\n")
    assert (found.kind, found.line, found.codes, found.reason, found.malformed) == ("line", 2, ("EXP104", "DEX"), "order is by time", "")
    assert (found.span.start.column, found.span.end.column) == (28, 75)
    assert found.covers("EXP104")
    assert found.covers("DEX101")
    assert not found.covers("EXP105")


def test_a_comment_alone_is_for_the_statement_below() -> None:
    assert one("if x:\n    # mlsmith: ignore[EXP104] why\n    y = 1\n").kind == "next"


def test_noqa_with_our_codes_is_honoured_and_other_codes_are_theirs() -> None:
    found = one("x = 1  # noqa: EXP104, E501 - why\ny = 1  # noqa: E501\nz = 1  # noqa\n")
    assert (found.kind, found.line, found.codes, found.reason) == ("noqa", 1, ("EXP104",), "why")


@pytest.mark.parametrize(
    "comment",
    [
        "# mlsmith: ignore[EXP104] why",
        "#mlsmith:ignore[exp104] why",
        "# MLSMITH : ignore [ EXP104 , ] - why",
        "# mlsmith: ignore[EXP104]: why",
    ],
)
def test_white_space_and_case_do_not_matter(comment: str) -> None:
    found = one(f"x = 1  {comment}")
    assert (found.codes, found.reason, found.malformed) == (("EXP104",), "why", "")


def test_a_directive_stands_beside_remarks_for_other_tools() -> None:
    text = "x = 1  # type: ignore  # mlsmith: ignore[EXP104] why  # noqa: DEX101  # pragma: no cover"
    first, second = read_directives(text)
    assert (first.kind, first.codes, first.reason) == ("line", ("EXP104",), "why")
    assert (second.kind, second.codes, second.reason) == ("noqa", ("DEX101",), "")
    assert text[first.span.start.column - 1 : first.span.end.column - 1] == "# mlsmith: ignore[EXP104] why"


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("# mlsmith: ignore", "names no rule"), ("# mlsmith: ignore[] why", "names no rule"), ("# mlsmith: ignore[EXP104 why", "names no rule"),
        ("# mlsmith: skip[EXP104]", 'unknown verb "skip"'), ("# mlsmith:", "says nothing"), ("# mlsmith: ignore[E501]", '"E501"'),
        ("# mlsmith: ignore[EXP1044]", '"EXP1044"'), ("# mlsmith: ignore[*]", '"*"'), ("# mlsmith: ignore-file", "names no rule"),
    ],
)  # fmt: skip
def test_malformed_directives_are_kept_and_say_what_is_wrong(comment: str, says: str) -> None:
    assert says in one(f"x = 1  {comment}").malformed


def test_a_wrong_code_beside_a_right_one_leaves_the_right_one() -> None:
    found = one("x = 1  # mlsmith: ignore[EXP104, shuffle] why")
    assert found.codes == ("EXP104",)
    assert "SHUFFLE" in found.malformed


def test_strings_and_prose_are_no_directives() -> None:
    text = 's = """\n# mlsmith: ignore[EXP104]\n"""\nt = "# mlsmith: ignore[EXP104]"\n# write `# mlsmith: ignore[EXP104] reason`\nx = f"# noqa: EXP104"\n'
    assert read_directives(text) == ()


def test_ignore_file_counts_near_the_top_or_before_the_first_statement() -> None:
    line = "# mlsmith: ignore-file[EXP] generated\n"
    assert (one(line).kind, one(line).malformed) == ("file", "")
    assert one("# licence\n" * 40 + '"""Docstring."""\n\n' + line).malformed == ""
    assert "no effect" in one("x = 1\n" + "\n" * 30 + line).malformed
    assert one("x = 1\n" + line).malformed == ""


def test_in_a_notebook_lines_count_inside_the_cell() -> None:
    cells = [
        {"cell_type": "code", "source": "x = 1\n"},
        {"cell_type": "markdown", "source": "# mlsmith: ignore[DEX]"},
        {"cell_type": "code", "source": "!pip install torch  # mlsmith: ignore[DEP104] demo\ny = 2\nz = 3  # mlsmith: ignore[EXP104] why"},
    ]
    notebook = read_notebook(json.dumps({"cells": cells, "metadata": {}}).encode())
    where = [Cell(cell.index, cell.first_line) for cell in notebook.cells]
    found = read_directives(notebook.text, cells=where)
    assert [(d.codes, d.cell, d.line, d.span.cell, d.span.start.line) for d in found] == [
        (("DEP104",), 2, 1, 2, 1),
        (("EXP104",), 2, 3, 2, 3),
    ]
    lines = notebook.text.split("\n")
    assert all("mlsmith" in lines[d.text_line - 1] for d in found)


def test_lines_count_as_the_tokenizer_counts_them() -> None:
    for text in (
        "x = 1\r\n\x0c\r\ny = 2  # mlsmith: ignore[EXP104] a\r\n",
        "s = '\u2028'\r\ry = 2  # mlsmith: ignore[EXP104] a\r",
    ):
        found = one(text)
        assert found.line == 3
        assert "mlsmith" in split_lines(text)[found.line - 1]


def test_configuration_and_dockerfiles_have_comments_too() -> None:
    text = 'a: 1\nlr: 0.1  # mlsmith: ignore[CFG105] meant\nurl: "x # mlsmith: ignore[CFG105]"\n# mlsmith: ignore[CFG101] read elsewhere\n'
    first, second = read_directives(text, language="yaml")
    assert (first.kind, first.line, first.codes) == ("line", 2, ("CFG105",))
    assert (second.kind, second.line, second.reason) == ("next", 4, "read elsewhere")


def test_text_in_a_yaml_block_or_a_string_of_many_lines_is_no_directive() -> None:
    text = (
        "run: |  # mlsmith: ignore[CFG101] header\n  python train.py  # mlsmith: ignore[CFG102] text\n  # mlsmith: ignore[CFG102] text\n"
        'b: "x\n  # mlsmith: ignore[CFG103] text\n  y"  # mlsmith: ignore[CFG104] behind\n'
        "c: >-\n    folded # mlsmith: ignore[CFG105] text\n  # mlsmith: ignore[CFG106] below\nd: it's  # mlsmith: ignore[CFG107] plain\n"
    )
    assert [(d.line, d.kind, d.reason) for d in read_directives(text, language="yaml")] == [
        (1, "line", "header"), (6, "line", "behind"), (9, "next", "below"), (10, "line", "plain"),
    ]  # fmt: skip


def test_text_in_a_toml_string_of_many_lines_is_no_directive() -> None:
    text = (
        'a = """\nit\'s # mlsmith: ignore[CFG101] text\n# mlsmith: ignore[CFG101] text\n"""  # mlsmith: ignore[CFG102] behind\r\n'
        "b = '''\n\"\"\" # mlsmith: ignore[CFG103] text''''\n# don't # mlsmith: ignore[CFG104] in a comment\nc = 'x # noqa: CFG105'\n"
    )
    assert [(d.line, d.reason) for d in read_directives(text, language="toml")] == [(4, "behind"), (7, "in a comment")]


def test_a_template_that_is_no_yaml_is_read_by_lines() -> None:
    assert one("{% if x %}\na: {{ b }}  # mlsmith: ignore[CFG101] why\n", "yaml").line == 2


def test_directives_before_a_syntax_error_are_found() -> None:
    assert one("x = 1  # mlsmith: ignore[EXP104] a\ny = (\n").line == 1


def test_a_file_without_a_directive_is_not_tokenized() -> None:
    text = "x = 'mlsmith'  # noqa: E501\n" * 200_000
    started = time.process_time()
    assert read_directives(text) == ()
    assert time.process_time() - started < 1.5


@given(text=st.text("# mlsmith:ignore[EXP104]-fil noqa\n'\"(", max_size=80), language=st.sampled_from(["python", "yaml", "toml"]))
def test_any_text_is_read(text: str, language: str) -> None:
    lines = split_lines(text)
    for found in read_directives(text, language=language):
        assert lines[found.line - 1][found.span.start.column - 1 :].startswith("#")
