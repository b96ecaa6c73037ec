"""Fields of objects that only ever hold the flag: `self.old = old` in a constructor, read by the methods of the class."""

from __future__ import annotations

import ast

from mlsmith.fixes.prune.found import Found
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import block_of
from mlsmith.rules.kit.definitions import Class
from mlsmith.rules.kit.module import Module


def take_field(sight: Sight, found: Found, path: str, node: ast.expr) -> None:
    """Add the field that a read of the flag is put into, with its reads, where nothing else can give it a value."""
    module = sight.module(path)
    statement = node.up  # type: ignore[attr-defined]
    if module is None or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return
    target = statement.targets[0]
    function, cls = module.function_around(statement), module.class_around(statement)
    if not isinstance(target, ast.Attribute) or function is None or cls is None or function.node.name != "__init__":
        return
    if module.resolver.class_of_self(target.value) is not cls.node or block_of(statement).owner is not function.node:
        return
    reads = _reads(sight, module, cls, target)
    if reads is not None:
        found.fields.append((path, statement))
        for read in reads:
            found.read(path, read)


def _reads(sight: Sight, module: Module, cls: Class, target: ast.Attribute) -> list[ast.expr] | None:
    """Reads of the field, all of them on `self` in the class; None where the name may mean or be given anything else."""
    name = target.attr
    if name.startswith("__") or name in cls.node.own_scope.bindings or _shows_itself(cls):  # type: ignore[attr-defined]
        return None
    try:
        modules = list(sight.modules_with(name))
    except Refusal:
        return None
    reads: list[ast.expr] = []
    for other in modules:
        if any(isinstance(text.value, str) and name in text.value.split(".") for text in other.syntax.strings):
            return None
        for node in other.attributes_spelt({name}):
            if node is target:
                continue
            if not isinstance(node.ctx, ast.Load) or other is not module or module.resolver.class_of_self(node.value) is not cls.node:
                return None
            up: ast.AST = node.up  # type: ignore[attr-defined]
            if isinstance(up, ast.Call) and up.func is node:
                return None
            reads.append(node)
    first = (target.lineno, target.col_offset)
    in_constructor = [read for read in reads if module.function_around(read) is module.function_around(target)]
    return None if any((read.lineno, read.col_offset) < first for read in in_constructor) else reads


def _shows_itself(cls: Class) -> bool:
    """Whether a class looks at its own fields as a whole, or says itself what they are."""
    if any(name in cls.methods for name in ("__getattr__", "__getattribute__", "__setattr__", "__getstate__", "__reduce__")):
        return True
    slots = cls.node.own_scope.bindings  # type: ignore[attr-defined]
    return "__slots__" in slots or any(
        (isinstance(node, ast.Attribute) and node.attr == "__dict__")
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("vars", "dir", "getattr", "setattr", "hasattr"))
        for node in ast.walk(cls.node)
    )
