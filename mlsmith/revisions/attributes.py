"""Attributes that have another name in the other version, and are the same: stored as often, read as often, with the same plain values."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from mlsmith.rules.kit.module import Module

_PLAIN_CALLS = frozenset({"list", "dict", "set", "tuple", "int", "float", "str", "bool", "len", "max", "min", "deque"})


def renamed_attributes(old: Iterable[Module], new: Iterable[Module]) -> dict[str, str]:
    """Old name → new name. What holds a layer or another object keeps its name: checkpoints are written by it."""
    before, after = _Uses(old), _Uses(new)
    gone = {name for name in before.stored if name not in after.all}
    come = {name for name in after.stored if name not in before.all}
    found = {}
    for name in gone:
        same = [other for other in come if before.shape(name) == after.shape(other)]
        if len(same) == 1 and sum(before.shape(other) == before.shape(name) for other in gone) == 1 and before.is_plain(name):
            found[name] = same[0]
    return found


class _Uses:
    """How attributes are stored and read in some modules."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.all: Counter[str] = Counter()
        self.stored: dict[str, list[ast.expr]] = {}
        for module in modules:
            for node in ast.walk(module.syntax.tree):
                if isinstance(node, ast.Attribute):
                    self.all[node.attr] += 1
                for target in _targets(node):
                    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                        self.stored.setdefault(target.attr, []).append(node.value)  # type: ignore[attr-defined]

    def shape(self, name: str) -> tuple[int, tuple[str, ...]]:
        """Number of uses, and the stored values, whatever the names in them."""
        values = (ast.dump(_Nameless().visit(ast.parse(ast.unparse(value), mode="eval"))) for value in self.stored[name])
        return self.all[name], tuple(sorted(values))

    def is_plain(self, name: str) -> bool:
        calls = (node for value in self.stored[name] for node in ast.walk(value) if isinstance(node, ast.Call))
        return all(isinstance(call.func, ast.Name) and call.func.id in _PLAIN_CALLS for call in calls)


class _Nameless(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name("_", node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.Attribute(node.value, "_", node.ctx)


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) and node.value is not None else []
