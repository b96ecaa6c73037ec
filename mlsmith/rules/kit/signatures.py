"""Which arguments a library's function takes, where, and with which defaults: the `SIGNATURES` of `kit/knowledge`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.knowledge import (
    datasets,
    huggingface,
    hyperopt,
    keras,
    numpy,
    optuna,
    pandas,
    sklearn,
    tensorflow,
    torch,
    transformers,
)  # fmt: skip

_LIBRARIES = (datasets, huggingface, hyperopt, keras, numpy, optuna, pandas, sklearn, tensorflow, torch, transformers)


class Signature(NamedTuple):
    """`positions` are 0-based, and lack what is taken by keyword only; `defaults` are UNKNOWN where they are no literals."""

    positions: dict[str, int]
    defaults: dict[str, Any]


def position_of(callees: Iterable[str], argument: str) -> int | None:
    """Where the first of the callees that takes the argument by position takes it; None where none of them is known to."""
    for callee in callees:
        signature = signature_of(callee)
        if signature is not None and argument in signature.positions:
            return signature.positions[argument]
    return None


@lru_cache(maxsize=2_000)
def signature_of(callee: str) -> Signature | None:
    """What the callee takes now, and by position also what it took so in former versions: the code that is read may be as old."""
    now, former = (written.get(callee) for written in (_written("SIGNATURES"), _written("FORMER_SIGNATURES")))
    if now is None or former is None:
        text = now or former
        return read(text) if text is not None else None
    new, old = read(now), read(former)
    return Signature({**old.positions, **new.positions}, {**old.defaults, **new.defaults})


def read(text: str) -> Signature:
    """`a, b=1, *, c=None` → where and with which defaults."""
    function = ast.parse(f"def f({text}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    pairs = [*zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True),
             *zip(given.kwonlyargs, given.kw_defaults, strict=True)]  # fmt: skip
    return Signature(
        {parameter.arg: index for index, parameter in enumerate(positional)},
        {parameter.arg: _literal(default) for parameter, default in pairs if default is not None},
    )


@lru_cache(maxsize=2)
def _written(table: str) -> dict[str, str]:
    return {name: text for library in _LIBRARIES for name, text in getattr(library, table, {}).items()}


def _literal(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return UNKNOWN
    return UNKNOWN if value is Ellipsis else value
