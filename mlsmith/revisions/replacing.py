"""Which call may have taken the place of which: a neighbour that has nothing to do with it has come, and the other has gone."""

from __future__ import annotations

import ast
from difflib import SequenceMatcher
from typing import Any

from mlsmith.revisions.effects import Effect
from mlsmith.revisions.meaning_of_calls import kind_of_call

_LIKE = 0.6
"""Share of equal characters from which on two names or calls are alike"""


def may_replace(old: Effect, new: Effect) -> bool:
    """Whether what is called or given is alike, or what is made goes to the same place."""
    one, other = old.value("value"), new.value("value")
    if one is None or other is None:
        return False
    kinds = {kind_of_call(call.callee)[0] for call in (one, other)}
    words = [call.callee.rpartition(".")[2] for call in (one, other)]
    if (len(kinds) == 1 and kinds != {"call"}) or _are_alike(*words):
        return True
    nodes: tuple[Any, Any] = (old.origin.node, new.origin.node)
    if any(said and said == told for said, told in (map(_destination, nodes), map(_owner, nodes))):
        return True
    given = [{value.digest for value in call.arguments.values()} for call in (one, other)]
    return bool(given[0] & given[1]) or _are_alike(*map(ast.unparse, nodes))


def _are_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _LIKE


def _destination(node: Any) -> str:
    """What the result of a call is put into, or what it is given to."""
    up = getattr(node, "up", None)  # What stands for a call that is written otherwise stands nowhere.
    if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return f"@{up.name}"
    if isinstance(up, ast.keyword) and isinstance(node.up.up, ast.Call):
        return f"{ast.unparse(node.up.up.func)} {up.arg}"
    if isinstance(up, ast.Call) and node in up.args:
        return f"{ast.unparse(up.func)} {up.args.index(node)}"
    if isinstance(up, ast.Assign):
        return " ".join(map(ast.unparse, up.targets))
    if isinstance(up, (ast.AnnAssign, ast.AugAssign)):
        return ast.unparse(up.target)
    return type(up).__name__ if isinstance(up, (ast.Return, ast.For, ast.withitem)) else ""


def _owner(node: Any) -> str:
    """What a method is called of, as it is written."""
    return ast.unparse(node.func.value) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
