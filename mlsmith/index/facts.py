"""The facts of one file: plain tuples, small, the same for the same bytes and path, enough for every project rule.

Facts are what a cache keeps and processes exchange, so they are made of tuples, strings and numbers only (`marshal` takes them).
"""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from mlsmith.index.resolve import Resolver
from mlsmith.index.scopes import Syntax, parent

UNKNOWN_LITERAL = ("?",)
"""Stands for an argument or default that is no literal. Literals stand as `("=", value)`."""


class Where(NamedTuple):
    """A place as numbers and strings: 1-based line and column, end, scope, anchor, and the cell (-1 outside notebooks)."""

    line: int
    column: int
    end_line: int
    end_column: int
    scope: str
    anchor: str
    cell: int


class ParameterFact(NamedTuple):
    name: str
    kind: str
    """positional, keyword, star or stars"""
    default: tuple[Any, ...] | None
    """`("=", value)`, `("?",)` where it is no literal, None where there is none"""


class FunctionFact(NamedTuple):
    name: str
    """Qualified without the module: `Trainer.fit`"""
    parameters: tuple[ParameterFact, ...]
    decorators: tuple[str, ...]
    owner: str
    """The class whose method it is, or an empty string"""
    where: Where
    nested: bool
    forwards: tuple[tuple[str, str, str | int], ...]
    """(own parameter, callee, its keyword or position): the parameter is passed on unchanged"""


class CallFact(NamedTuple):
    callee: str
    """Dotted name as far as it is known; `.method` where the receiver is not"""
    positional: tuple[tuple[Any, ...], ...]
    keywords: tuple[tuple[str, tuple[Any, ...]], ...]
    spread: bool
    """Whether `*args` or `**kwargs` may bring more"""
    where: tuple[int, int, int, int, str, int]
    """line, column, end line, end column, scope, cell: calls are many, so they are kept without an anchor"""


class FileFacts(NamedTuple):
    module: str
    is_package: bool
    context: str
    imports: tuple[tuple[str, str], ...]
    """Module-level name → dotted origin"""
    stars: tuple[str, ...]
    classes: tuple[tuple[str, tuple[str, ...]], ...]
    """Qualified name → dotted bases"""
    functions: tuple[FunctionFact, ...]
    calls: tuple[CallFact, ...]
    """Calls of what may be defined in the project: local or imported from no known library, and methods of unknown receivers"""
    references: tuple[str, ...]
    """Names mentioned otherwise than by calling them"""
    strings: tuple[str, ...]
    """String constants that look like identifiers or dotted names: registries and configurations refer to code by them"""
    is_script: bool
    """Has an `if __name__ == "__main__"` block"""


def literal(node: ast.expr | None) -> tuple[Any, ...] | None:
    """`("=", value)` for a scalar literal, `("?",)` for anything else, None for nothing."""
    if node is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float, str, type(None))):
        return ("=", node.value) if not (isinstance(node.value, str) and len(node.value) > 80) else UNKNOWN_LITERAL
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        operand = node.operand
        if isinstance(operand, ast.Constant) and isinstance(operand.value, (int, float)):
            return ("=", -operand.value)
    return UNKNOWN_LITERAL


def calls_of(syntax: Syntax, resolver: Resolver, span_of: Any, foreign: Any) -> tuple[CallFact, ...]:
    """Facts of the calls that may reach project code. `foreign(name)` says that a dotted name belongs to a known library."""
    facts = []
    for node in syntax.calls:
        callees = resolver.names(node.func) or _unresolved(node.func)
        for callee in callees:
            if foreign(callee):
                continue
            spread = any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)
            facts.append(
                CallFact(
                    callee,
                    tuple(literal(a) or UNKNOWN_LITERAL for a in node.args if not isinstance(a, ast.Starred)),
                    tuple((k.arg, literal(k.value) or UNKNOWN_LITERAL) for k in node.keywords if k.arg is not None),
                    spread,
                    span_of(node),
                )
            )
    return tuple(facts)


def _unresolved(func: ast.expr) -> tuple[str, ...]:
    return (f".{func.attr}",) if isinstance(func, ast.Attribute) else ()


def forwards_of(
    function: ast.FunctionDef | ast.AsyncFunctionDef, resolver: Resolver, calls: list[ast.Call]
) -> tuple[tuple[str, str, str | int], ...]:
    """Parameters that the function passes on as they are, never having assigned them anew."""
    scope = function.own_scope  # type: ignore[union-attr]
    own = {name for name, bindings in scope.bindings.items() if len(bindings) == 1 and bindings[0].kind == "parameter"}
    found: list[tuple[str, str, str | int]] = []
    for call in calls:
        slots: list[tuple[str | int, ast.expr]] = list(enumerate(call.args))
        slots += [(k.arg, k.value) for k in call.keywords if k.arg is not None]
        for slot, value in slots:
            if isinstance(value, ast.Name) and value.id in own:
                found.extend((value.id, callee, slot) for callee in resolver.names(call.func) or _unresolved(call.func))
    return tuple(found)


def references_of(syntax: Syntax) -> tuple[str, ...]:
    """Names and attributes mentioned otherwise than as what is called: passed around, stored, returned, decorated with."""
    found: set[str] = set()
    for name in syntax.names:
        if isinstance(name.ctx, ast.Load) and not _is_called(name):
            found.add(name.id)
    for attribute in syntax.attributes:
        if isinstance(attribute.ctx, ast.Load) and not _is_called(attribute):
            found.add(attribute.attr)
    return tuple(sorted(found))


def _is_called(node: ast.expr) -> bool:
    up = parent(node)
    return isinstance(up, ast.Call) and up.func is node


def pack(facts: FileFacts) -> tuple[Any, ...]:
    """Plain nested tuples, which `marshal` takes."""
    functions = tuple(
        (f.name, tuple(tuple(p) for p in f.parameters), f.decorators, f.owner, tuple(f.where), f.nested, f.forwards)
        for f in facts.functions
    )
    calls: Any = tuple(tuple(call) for call in facts.calls)
    return tuple(facts._replace(functions=functions, calls=calls))  # type: ignore[arg-type]


def unpack(packed: tuple[Any, ...]) -> FileFacts:
    """Facts read back from plain nested tuples."""
    facts = FileFacts(*packed)
    return facts._replace(
        functions=tuple(
            FunctionFact(name, tuple(ParameterFact(*p) for p in parameters), decorators, owner, Where(*where), nested, forwards)
            for name, parameters, decorators, owner, where, nested, forwards in facts.functions
        ),
        calls=tuple(CallFact(*call) for call in facts.calls),
    )
