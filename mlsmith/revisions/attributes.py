"""Attributes that have another name in the other version, and are the same: stored as often, read as often, with the same plain values."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from mlsmith.rules.kit.module import Module

_PLAIN_CALLS = frozenset({"list", "dict", "set", "tuple", "int", "float", "str", "bool", "len", "max", "min", "deque"})

Renamed = dict[str, str]


def renamed_attributes(old: Iterable[Module], new: Iterable[Module]) -> dict[str, Renamed]:
    """Old name → new name, by the class that stores them; under an empty name those that are renamed wherever they are used.

    What holds a layer or another object keeps its name: checkpoints are written by it.
    """
    olds, news = list(old), list(new)
    everywhere = _renamed(_Uses(m.syntax.tree for m in olds), _Uses(m.syntax.tree for m in news))
    found = {"": everywhere}
    theirs = {name: node for module in news for name, node in _classes(module)}
    for name, node in ((name, node) for module in olds for name, node in _classes(module)):
        if name in theirs:
            own = _renamed(_Uses([node], own=True), _Uses([theirs[name]], own=True))
            found[name] = {**own, **{one: other for one, other in everywhere.items() if one in own}}
    return found


def _renamed(before: _Uses, after: _Uses) -> Renamed:
    gone = {name for name in before.stored if name not in after.all}
    come = {name for name in after.stored if name not in before.all}
    found = {}
    for name in gone:
        same = [other for other in come if before.shape(name) == after.shape(other)]
        if len(same) == 1 and sum(before.shape(other) == before.shape(name) for other in gone) == 1 and before.is_plain(name):
            found[name] = same[0]
    return found


class _Uses:
    """How attributes are stored and read in some trees; `own`: only those of `self`."""

    def __init__(self, trees: Iterable[ast.AST], *, own: bool = False) -> None:
        self.all: Counter[str] = Counter()
        self.stored: dict[str, list[ast.expr]] = {}
        held = list(trees)
        for node in (node for tree in held for node in ast.walk(tree)):
            if isinstance(node, ast.Attribute) and (not own or _is_own(node)):
                self.all[node.attr] += 1
            for target in _targets(node):
                if own and isinstance(target, ast.Name) and any(node in getattr(tree, "body", ()) for tree in held):
                    self.stored.setdefault(target.id, []).append(node.value)  # type: ignore[attr-defined]
                if isinstance(target, ast.Attribute) and _is_own(target):
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


def _classes(module: Module) -> list[tuple[str, ast.ClassDef]]:
    return [(module.resolver.definition_name(node), node) for node in module.syntax.classes]


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) and node.value is not None else []
