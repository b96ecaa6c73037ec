"""Mentions of a function or class by which nothing can call it: another thing of its name, `super(Model, self)`, a check, an annotation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.fixes.prune.bindings import scope_that_binds
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.module import Module

_CHECKS = frozenset({"isinstance", "issubclass"})
_FILLS_ANNOTATIONS = (
    "jsonargparse", "tyro", "simple_parsing", "pydantic", "dacite", "cattrs", "hydra", "injector", "fastapi", "draccus", "msgspec", "typer",
    "lightning", "pytorch_lightning", "tap", "datargs", "attrs", "pyrallis", "chz", "omegaconf", "dataclasses_json", "marshmallow",
)  # fmt: skip
"""What makes objects of the classes that it finds in annotations"""
_READS_ANNOTATIONS = ("get_type_hints", "__annotations__", "annotation", "get_annotations")


def handed_around(sight: Sight, name: str) -> tuple[str, int] | None:
    """Where a mention otherwise than by a call may let something call what has the name: path and line."""
    for path in dict.fromkeys(sight.project.mentioned_in(name)):
        module = sight.module(path)
        mentions = list(_mentions(module, name)) if module is not None and not _is_renamed(module, name) else []
        if not mentions:
            return path, sight.line_of(path, name)
        for node in mentions:
            if not _is_harmless(sight, node):
                return path, node.lineno
    return None


def _is_renamed(module: Module, name: str) -> bool:
    return any(alias.asname and alias.name.rpartition(".")[2] == name for node in module.syntax.imports for alias in node.names)


def _mentions(module: Module, name: str) -> Iterator[ast.expr]:
    found: list[ast.Name | ast.Attribute] = [*module.names_spelt({name}), *module.attributes_spelt({name})]
    for node in found:
        up: Any = node.up  # type: ignore[union-attr]
        if isinstance(node.ctx, ast.Load) and not (isinstance(up, ast.Call) and up.func is node):
            yield node
    yield from (text for text in module.syntax.strings if isinstance(text.value, str) and text.value.rpartition(".")[2] == name)


def _is_harmless(sight: Sight, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant) and _is_export(sight, node):
        return True
    if isinstance(node, ast.Name) and _is_another(node):
        return True
    return _is_checked(node) or (_is_annotation(node) and not any(_fills(sight)))


def _is_another(node: ast.Name) -> bool:
    """Whether a name is a local one, or one of the file, that was given another value: a parameter, an assignment, a loop."""
    scope = scope_that_binds(node, node.id)
    if scope is None:
        return False
    kinds = {binding.kind for binding in scope.bindings[node.id]}
    return not kinds & {"import", "def", "class"}


def _is_checked(node: ast.expr) -> bool:
    """`super(Model, self)`, `isinstance(x, Model)`, `isinstance(x, (Model, Other))`, `except Wrong`."""
    up: Any = node.up  # type: ignore[attr-defined]
    inner: ast.AST = node
    while isinstance(up, ast.Tuple):
        inner, up = up, up.up  # type: ignore[attr-defined]
    if isinstance(up, ast.ExceptHandler):
        return up.type is inner
    if not isinstance(up, ast.Call) or not isinstance(up.func, ast.Name):
        return False
    return (up.func.id == "super" and up.args[:1] == [inner]) or (up.func.id in _CHECKS and up.args[1:2] == [inner])


def _is_annotation(node: ast.expr) -> bool:
    """Whether a name stands in the annotation of a parameter, a result or a variable."""
    inner: Any = node
    while isinstance(inner.up, (ast.Subscript, ast.Tuple, ast.BinOp, ast.List)):
        inner = inner.up
    up = inner.up
    if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return up.returns is inner or any(isinstance(part, ast.arg) and part.annotation is inner for part in ast.walk(up.args))
    return isinstance(up, ast.AnnAssign) and up.annotation is inner


def _fills(sight: Sight) -> Iterator[str]:
    """Files with something that makes objects by their annotations, or that reads them."""
    for path in sight.python:
        if any(word.encode() in sight.data(path) for word in (*_FILLS_ANNOTATIONS, *_READS_ANNOTATIONS)):
            module = sight.module(path)
            if module is None or module.imports(*_FILLS_ANNOTATIONS) or _reads_annotations(module):
                yield path


def _reads_annotations(module: Module) -> bool:
    return bool(module.attributes_spelt(_READS_ANNOTATIONS) or module.names_spelt(_READS_ANNOTATIONS))


def _is_export(sight: Sight, text: ast.Constant) -> bool:
    """Whether a text is an entry of `__all__`, which nothing reads."""
    listed: Any = text.up  # type: ignore[attr-defined]
    statement: Any = listed.up if isinstance(listed, (ast.List, ast.Tuple)) else None  # type: ignore[union-attr]
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target] if isinstance(statement, ast.AugAssign) else []
    if not any(last_word(target) == "__all__" for target in targets):
        return False
    readers = sight.modules_with("__all__", all_of_them=False)
    return not any(isinstance(node.ctx, ast.Load) for module in readers for node in _all_lists(module))


def _all_lists(module: Module) -> list[ast.Name | ast.Attribute]:
    return [*module.names_spelt({"__all__"}), *module.attributes_spelt({"__all__"})]
