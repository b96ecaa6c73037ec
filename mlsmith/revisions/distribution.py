"""`setup.py` without what only those install who look after the code: extras called `dev`, `tests` or `docs`, and what these alone are made of."""

from __future__ import annotations

import ast
from collections.abc import Collection

from mlsmith.index.scopes import last_word
from mlsmith.revisions.locks import Locked
from mlsmith.revisions.platform import pins_of
from mlsmith.revisions.tools import is_for_developers

_EXTRAS, _TESTS = "extras_require", "tests_require"


def without_developers(tree: ast.Module) -> ast.Module:
    """The tree, changed in place; as it was where something else of the file reads such an extra."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and last_word(node.func) == "setup"]
    tables = {k.value.id for call in calls for k in call.keywords if k.arg == _EXTRAS and isinstance(k.value, ast.Name)}
    before = _read(tree)
    if calls and not _reads_one(tree, tables):
        _Developers(tables).visit(tree)
    while orphans := before - _read(tree):
        before = _read(tree)
        _Orphans(orphans).visit(tree)
    return tree


class _Developers(ast.NodeTransformer):
    """Takes those extras out of the tables that `setup` is given, and what it is told of tests."""

    def __init__(self, tables: Collection[str]) -> None:
        self.tables = tables

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if last_word(node.func) == "setup":
            node.keywords = [k for k in node.keywords if k.arg != _TESTS]
            for keyword in node.keywords:
                if keyword.arg == _EXTRAS:
                    _clear(keyword.value)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        if last_word(node.targets[0]) in self.tables:
            _clear(node.value)
        return None if _is_one(node.targets[0], self.tables) else self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | None:
        return None if _is_one(node.target, self.tables) else self.generic_visit(node)


class _Orphans(ast.NodeTransformer):
    """Takes out the assignments of names that nothing reads any more."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        return None if all(isinstance(one, ast.Name) and one.id in self.names for one in node.targets) else node


def _clear(table: ast.expr) -> None:
    if isinstance(table, ast.Dict):
        pairs = [pair for pair in zip(table.keys, table.values, strict=True) if not is_for_developers(_text(pair[0]))]
        table.keys, table.values = [key for key, _ in pairs], [value for _, value in pairs]
    elif isinstance(table, ast.Call) and last_word(table.func) == "dict":
        table.keywords = [keyword for keyword in table.keywords if keyword.arg is None or not is_for_developers(keyword.arg)]


def _reads_one(tree: ast.Module, tables: Collection[str]) -> bool:
    """Whether such an extra is read for anything but another one."""
    made = (node for node in ast.walk(tree) if isinstance(node, (ast.Assign, ast.AugAssign)))
    inside = {id(one) for node in made if _is_one(_target(node), tables) for one in ast.walk(node)}
    return any(_is_one(node, tables) and id(node) not in inside for node in ast.walk(tree))


def _is_one(node: ast.AST, tables: Collection[str]) -> bool:
    return isinstance(node, ast.Subscript) and last_word(node.value) in tables and is_for_developers(_text(node.slice))


def _target(node: ast.Assign | ast.AugAssign) -> ast.expr:
    return node.targets[0] if isinstance(node, ast.Assign) else node.target


def _read(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def asked_by_setup(tree: ast.Module) -> dict[str, Locked]:
    """What the texts of a `setup.py` that are lists of requirements ask for; in which of its lists they stand nobody asks."""
    found: dict[str, Locked] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.List, ast.Tuple)):
            lines = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            pins = pins_of("\n".join(lines).encode("utf-8", "replace"), "requirements.txt")
            found |= pins if isinstance(pins, dict) else {}
    return found
