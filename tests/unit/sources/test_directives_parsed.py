"""A parsed text needs no tokenizer to tell comments from strings; both ways agree."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsmith.index.walk import walk
from mlsmith.sources.directives import Directive, read_directives


def both(text: str) -> tuple[tuple[Directive, ...], tuple[Directive, ...]]:
    tree = ast.parse(text)
    strings = walk(tree, "m").strings
    return read_directives(text), read_directives(text, strings=strings, tree=tree)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # mlsmith: ignore[EXP104] why\n",
        "x = '# mlsmith: ignore[EXP104] no'\n",
        "x = 'ä#ö'  # noqa: EXP104\n",
        'x = """\n# mlsmith: ignore[EXP104]\n"""  # mlsmith: ignore[DEX101] yes\n',
        "x = f'{1} # noqa: EXP104'  # noqa: TST101\n",
        '"""Doc."""\n# mlsmith: ignore-file[EXP104] all of it\nimport os\n',
        "import os\n" + "x = 1\n" * 25 + "# mlsmith: ignore-file[EXP104] too late\n",
        "x = [  # other # mlsmith: ignore[EXP104] why\n    1,\n]\n",
        "def f():\n    # mlsmith: ignore[EXP104] below\n    return 1\n",
        "x = 'a' 'b # noqa: EXP104' # noqa: EXP102\r\ny = 2\r\n",
    ],
)
def test_both_ways_of_reading_agree(text: str) -> None:
    tokenized, parsed = both(text)
    assert parsed == tokenized


PIECES = st.sampled_from(
    [
        "x = 1",
        "x = '#'",
        "# mlsmith: ignore[EXP104] r",
        "  # noqa: EXP104",
        "\n",
        "\n",
        'y = """a\n# noqa: EXP104\nb"""',
        "é = 'ü'",
        "; ",
        "f'{x}#'",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_both_ways_agree_on_anything_that_parses(text: str) -> None:
    try:
        ast.parse(text)
    except SyntaxError:
        return
    tokenized, parsed = both(text)
    assert parsed == tokenized
