"""What is left where a stop for the debugger was."""

from __future__ import annotations

import ast

import pytest

from mlsmith.engine.in_memory import lint_files as lint
from mlsmith.fixes.apply import fixable, patch


def fixed(text: str) -> str:
    found = fixable(lint({"code.py": text}, only="DEX107"), unsafe=False)
    assert found, "no safe fix is offered"
    result = patch(text.encode(), "code.py", found).data.decode()
    ast.parse(result)
    assert not lint({"code.py": result}, only="DEX107"), "the fix converges"
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(x):\n    breakpoint()\n    return x\n", "def f(x):\n    return x\n"),
        (
            "def f(x):\n    if x is None:\n        breakpoint()\n    return x\n",
            "def f(x):\n    if x is None:\n        pass\n    return x\n",
        ),
        ("try:\n    g()\nexcept ValueError:\n    breakpoint()\n", "try:\n    g()\nexcept ValueError:\n    pass\n"),
        ("def f():\n    breakpoint()\n    breakpoint()\n", "def f():\n    pass\n    pass\n"),
    ],
)
def test_a_body_stays_a_body_without_its_stops(before: str, after: str) -> None:
    assert fixed(before) == after


def test_a_stop_that_shares_its_line_is_left_to_the_author() -> None:
    found = lint({"code.py": "def f(x):\n    import pdb; pdb.set_trace()\n    return x\n"}, only="DEX107")
    assert len(found) == 1
    assert not fixable(found, unsafe=True)
