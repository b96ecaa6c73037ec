"""An argument appended by the text of a call is the argument that libcst would append."""

from __future__ import annotations

import libcst
import pytest

from mlsmith.rules.kit.concrete import _appended, _appended_on_its_line, open_expression, render
from mlsmith.rules.kit.module import Module
from mlsmith.settings import Settings
from mlsmith.sources.python import read_python

CALLS = [
    "f(a)",
    "f(a )",
    "f( a, b=1 )",
    "f(*rows)",
    "f(a)(b)",
    "f((a))",
    "f(x.y[1:2], 'a, b)#')",
    "f([x for x in y])",
    "f(lambda: 1)",
    "f(a if b else c)",
]
LEFT_TO_LIBCST = ["f()", "f(a,)", "f(a, b, )", "f(x for x in y)", "f(\n    a,\n    b,\n)", "f(a,\n  b)", "f(a  # why\n)"]


@pytest.mark.parametrize("text", CALLS)
def test_a_plain_call_is_written_as_libcst_would(text: str) -> None:
    module = Module(read_python(f"value = {text}\n".encode(), "a.py"), Settings(), None)
    call = next(call for call in module.calls if module.source.segment(call.node) == text)
    opened = open_expression(module, call.node)
    assert isinstance(opened, libcst.Call)
    assert _appended_on_its_line(call, "n=1") == render(_appended(opened, "n", "1").with_changes(lpar=[], rpar=[]))


@pytest.mark.parametrize("text", LEFT_TO_LIBCST)
def test_layout_that_needs_thought_is_left_to_libcst(text: str) -> None:
    module = Module(read_python(f"value = {text}\n".encode(), "a.py"), Settings(), None)
    call = next(call for call in module.calls if module.source.segment(call.node) == text)
    assert _appended_on_its_line(call, "n=1") is None
