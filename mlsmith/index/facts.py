"""The facts of one file: plain tuples, small, the same for the same bytes and path, enough for every project rule.

Facts are what a cache keeps and processes exchange, so they are made of tuples, strings and numbers only (`marshal` takes them).
"""

from __future__ import annotations

import ast
import marshal
from collections.abc import Callable, Iterator, Mapping
from sys import intern
from typing import Any, NamedTuple

from mlsmith.index.resolve import Resolver
from mlsmith.index.scopes import Scope, Syntax

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
    line: int
    nested: bool
    forwards: tuple[tuple[str, str, str | int], ...]
    """(own parameter, callee, its keyword or position): the parameter is passed on unchanged"""


class CallFact(NamedTuple):
    callee: str
    """Dotted name as far as it is known"""
    positional: tuple[tuple[Any, ...], ...]
    keywords: tuple[tuple[str, tuple[Any, ...]], ...]
    spread: bool
    """Whether `*args` or `**kwargs` may bring more"""
    where: tuple[int, int, int, int, str, int]
    """line, column, end line, end column, scope, cell: calls are many, so they are kept without an anchor"""


class Mentions(NamedTuple):
    """Words by which a file may mean a definition of another file."""

    methods: tuple[str, ...]
    """Names of methods called on receivers that are not known: `fit` of `x.fit()`"""
    words: tuple[str, ...]
    """Keywords of calls that are not among the file's `calls`"""
    references: tuple[str, ...]
    """Names mentioned otherwise than by calling them"""
    strings: tuple[str, ...]
    """String constants that look like identifiers or dotted names: registries and configurations refer to code by them"""


class FileFacts(NamedTuple):
    """What is large stays packed, and is unpacked where it is looked at: a project's files together are most of the memory."""

    module: str
    is_package: bool
    context: str
    imports: tuple[tuple[str, str], ...]
    """Module-level name → dotted origin"""
    stars: tuple[str, ...]
    classes: tuple[tuple[str, tuple[str, ...]], ...]
    """Qualified name → dotted bases"""
    defined: tuple[str, ...]
    """Qualified names of the functions, in the order of `functions`"""
    packed_functions: bytes
    packed_calls: bytes
    packed_mentions: bytes

    def functions(self) -> list[FunctionFact]:
        return [
            FunctionFact(name, tuple([ParameterFact(*p) for p in parameters]), decorators, owner, line, nested, forwards)
            for name, parameters, decorators, owner, line, nested, forwards in marshal.loads(self.packed_functions)
        ]

    def calls(self) -> Iterator[CallFact]:
        """Calls of what may be defined in the project: local, or imported from no known library."""
        return map(CallFact._make, self.plain_calls())

    def plain_calls(self) -> tuple[tuple[Any, ...], ...]:
        """As `calls`, for whoever looks at few of them."""
        return marshal.loads(self.packed_calls)  # type: ignore[no-any-return]

    def mentions(self) -> Mentions:
        return Mentions(*marshal.loads(self.packed_mentions))


def literal(node: ast.expr) -> tuple[Any, ...]:
    """`("=", value)` for a scalar literal, `("?",)` for anything else."""
    if node.__class__ is ast.Constant:
        value = node.value
        if value is None or value.__class__ in _SCALARS:
            return ("=", value) if value.__class__ is not str or len(value) <= 80 else UNKNOWN_LITERAL
    elif node.__class__ is ast.UnaryOp and isinstance(node.op, ast.USub):
        operand = node.operand
        if isinstance(operand, ast.Constant) and isinstance(operand.value, (int, float)):
            return ("=", -operand.value)
    return UNKNOWN_LITERAL


_SCALARS = frozenset({bool, int, float, str})


class Called(NamedTuple):
    """What the calls of a file say."""

    calls: tuple[tuple[Any, ...], ...]
    """Those that may reach project code, as `CallFact` has them"""
    methods: tuple[str, ...]
    """Of receivers that are not known"""
    words: tuple[str, ...]
    """Keywords of all other calls"""
    forwards: Mapping[int, list[tuple[str, str, str | int]]]
    """By the id of a function's node: its parameters that are passed on as they are, never having been assigned anew"""


def called(syntax: Syntax, resolver: Resolver, span_of: Callable[[ast.AST], Any], foreign: Callable[[str], bool]) -> Called:
    """All in one round, as a tree is large and memory slow. `foreign(name)` says that a dotted name belongs to a known library."""
    calls: list[tuple[Any, ...]] = []
    methods: set[str] = set()
    words: set[str] = set()
    forwards: dict[int, list[tuple[str, str, str | int]]] = {}
    owned, strange = _owned(resolver.calls_by_name, foreign)
    parameters = _parameters(syntax)
    for node in syntax.calls:
        for slot, value in enumerate(node.args):
            if value.__class__ is ast.Name and value.id in parameters:
                _forward(forwards, resolver, node, slot, value)
        for keyword in node.keywords:
            value = keyword.value
            if value.__class__ is ast.Name and value.id in parameters and keyword.arg is not None:
                _forward(forwards, resolver, node, keyword.arg, value)
        own = owned.get(id(node))
        if own is None:
            if node.keywords:
                words.update([keyword.arg for keyword in node.keywords if keyword.arg is not None])
            if node.func.__class__ is ast.Attribute and id(node) not in strange:
                methods.add(node.func.attr)
            continue
        positional = tuple([literal(a) for a in node.args if a.__class__ is not ast.Starred])
        keywords = tuple([(k.arg, literal(k.value)) for k in node.keywords if k.arg is not None])
        spread = len(positional) < len(node.args) or len(keywords) < len(node.keywords)
        place = span_of(node)
        for name in own:
            calls.append((intern(name), positional, keywords, spread, place))
    return Called(tuple(calls), tuple(sorted(methods)), tuple(sorted(words)), forwards)


def _owned(by_name: Mapping[str, list[ast.Call]], foreign: Callable[[str], bool]) -> tuple[dict[int, list[str]], set[int]]:
    """By the id of a call, the names by which it may reach project code; and the ids of calls of known libraries."""
    owned: dict[int, list[str]] = {}
    strange: set[int] = set()
    for name, nodes in by_name.items():
        if foreign(name):
            strange.update(map(id, nodes))
        else:
            for node in nodes:
                owned.setdefault(id(node), []).append(name)
    return owned, strange


def _parameters(syntax: Syntax) -> set[str]:
    """Names of parameters that their function does not assign anew."""
    return {
        name
        for scope in syntax.scopes if scope.kind == "function"
        for name, bindings in scope.bindings.items() if len(bindings) == 1 and bindings[0].kind == "parameter"
    }  # fmt: skip


def _forward(
    found: dict[int, list[tuple[str, str, str | int]]], resolver: Resolver, call: ast.Call, slot: str | int, value: ast.Name
) -> None:
    name = value.id
    scope: Scope | None = value.scope  # type: ignore[attr-defined]
    while scope is not None and name not in scope.bindings:
        scope = scope.parent
    if scope is not None and scope.kind == "function":
        bindings = scope.bindings[name]
        if len(bindings) == 1 and bindings[0].kind == "parameter":
            found.setdefault(id(scope.node), []).extend((name, intern(callee), slot) for callee in resolver.names(call.func))
