"""Which definition of a name an expression reads, within one file."""

from __future__ import annotations

import ast

from mlsmith.index.scopes import Scope, scope_of
from mlsmith.rules.kit.definitions import Function
from mlsmith.rules.kit.module import Module


def scope_that_binds(node: ast.AST, name: str) -> Scope | None:
    """The scope whose binding of a name is meant at a node; None where it is none of the file."""
    scope: Scope | None = scope_of(node)
    first = True
    while scope is not None:
        if name in scope.globals:
            while scope.parent is not None:
                scope = scope.parent
            return scope if name in scope.bindings else None
        if name in scope.bindings and (first or scope.kind != "class"):
            return scope
        scope, first = scope.parent, False
    return None


def reads_of(module: Module, function: Function, parameter: str) -> list[ast.Name]:
    """Where a parameter is read, in functions inside of its own too."""
    return [
        node
        for node in module.syntax.names.get(parameter, ())
        if isinstance(node.ctx, ast.Load) and scope_that_binds(node, parameter) is function.scope
    ]


def parameter_read(module: Module, node: ast.expr) -> tuple[Function, str] | None:
    """The function and its parameter that a name reads, where it reads one."""
    if not isinstance(node, ast.Name):
        return None
    scope = scope_that_binds(node, node.id)
    if scope is None or scope.kind != "function" or not any(binding.kind == "parameter" for binding in scope.bindings[node.id]):
        return None
    assert isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    return module.function(scope.node), node.id
