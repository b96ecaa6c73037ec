"""The signatures that the kit relies on against the installed libraries: names, positions and defaults."""

from __future__ import annotations

import ast
import inspect

import pytest

from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.signatures import _LIBRARIES, read
from tests.knowledge.installed import found, parameters

_WRITTEN = [(name, text) for library in _LIBRARIES for name, text in library.SIGNATURES.items()]
_FORMER = [(name, text) for library in _LIBRARIES for name, text in getattr(library, "FORMER_SIGNATURES", {}).items()]
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@pytest.mark.parametrize(("name", "text"), _WRITTEN, ids=[name for name, _ in _WRITTEN])
def test_arguments_stand_where_the_kit_says_with_the_defaults_it_says(name: str, text: str) -> None:
    taken = parameters(name)
    written = read(text)
    positional = [p.name for p in taken if p.kind in _POSITIONAL]
    assert positional[: len(written.positions)] == list(written.positions)
    by_name = {p.name: p for p in taken}
    for argument in _arguments(text):
        assert argument in by_name or any(p.kind is inspect.Parameter.VAR_KEYWORD for p in taken)
        if argument not in written.positions and argument in by_name:
            assert by_name[argument].kind is inspect.Parameter.KEYWORD_ONLY
        if argument in by_name and (default := written.defaults.get(argument, UNKNOWN)) is not UNKNOWN:
            assert by_name[argument].default == default


@pytest.mark.parametrize(("name", "text"), _FORMER, ids=[name for name, _ in _FORMER])
def test_what_was_taken_by_position_is_still_taken_by_name(name: str, text: str) -> None:
    by_name = {p.name: p for p in parameters(name)}
    assert set(_arguments(text)) <= set(by_name)


@pytest.mark.parametrize("name", sorted({name for name, _ in (*_WRITTEN, *_FORMER)}))
def test_every_name_that_has_a_signature_is_there(name: str) -> None:
    assert callable(found(name))


def _arguments(text: str) -> list[str]:
    function = ast.parse(f"def f({text}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
