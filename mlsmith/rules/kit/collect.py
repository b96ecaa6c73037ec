"""The facts that every Python file leaves behind for project rules."""

from __future__ import annotations

import ast
import marshal
import sys
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

from mlsmith.finding import Position, Span
from mlsmith.index.facts import (
    FileFacts,
    Where,
    called,
    literal,
)
from mlsmith.index.project import Project
from mlsmith.index.scopes import scope_of
from mlsmith.regex import regex
from mlsmith.rules.kit.definitions import Function
from mlsmith.rules.kit.module import Module
from mlsmith.rules.kit.rule import Place
from mlsmith.sources.python import PythonSource

_IDENTIFIER = regex(r"^[A-Za-z_][\w.]{2,79}$")
KNOWN_LIBRARIES = sys.stdlib_module_names | frozenset({
    "torch", "torchvision", "numpy", "pandas", "scipy", "sklearn", "matplotlib", "seaborn", "plotly", "tensorflow", "keras", "jax", "PIL", "cv2",
    "tqdm", "yaml", "requests", "click", "pytest", "nltk",
})  # fmt: skip


def collect_facts(module: Module) -> tuple[Any, ...]:
    """The facts of one module: a `FileFacts` as the plain tuple that `marshal` takes."""
    syntax, resolver = module.syntax, module.resolver
    own = f"{module.name}."
    calls, methods, words, forwards = called(syntax, resolver, partial(_brief, module.source), lambda name: is_foreign(name, own))
    functions = tuple([_function(function, forwards.get(id(function.node), ())) for function in module.functions])
    return tuple(
        FileFacts(
            module=module.name,
            is_package=syntax.is_package,
            context=module.context.value,
            imports=tuple([
                (name, binding.origin)
                for name, bindings in syntax.scope.bindings.items() for binding in bindings if binding.kind == "import"
            ]),
            stars=tuple(syntax.star_imports),
            classes=tuple((cls.node.own_scope.qualified, tuple(n for b in cls.node.bases for n in resolver.names(b))) for cls in module.classes),  # type: ignore[attr-defined]
            defined=tuple([function[0] for function in functions]),
            packed_functions=marshal.dumps(functions),
            packed_calls=marshal.dumps(calls),
            packed_mentions=marshal.dumps((methods, words, tuple(sorted(syntax.mentioned)), _strings(module))),
        )
    )  # fmt: skip


def where(module: Module, node: ast.AST) -> Where:
    """The place of a node, as facts keep it."""
    place = module.place(node)
    span = place.span
    cell = -1 if span.cell is None else span.cell
    return Where(span.start.line, span.start.column, span.end.line, span.end.column, place.scope, place.anchor, cell)


def place_from(path: str, project: Project, seen: Sequence[Any]) -> Place:
    """The place of a finding, from what `where` kept."""
    line, column, end_line, end_column, scope, anchor, cell = seen
    span = Span(Position(line, column), Position(end_line, end_column), None if cell < 0 else cell)
    facts = project.files.get(path)
    module = facts.module if facts is not None else ""
    return Place(path, span, scope, ".".join(part for part in (module, scope) if part), anchor)


def _brief(source: PythonSource, node: ast.AST) -> tuple[int, int, int, int, str, int]:
    line, column, end_line, end_column, cell = source.numbers(node)
    return (line, column, end_line, end_column, scope_of(node).qualified, cell)


def _function(function: Function, forwards: Sequence[Any]) -> tuple[Any, ...]:
    """A `FunctionFact` as a plain tuple."""
    owner = function.owner
    return (
        function.scope.qualified,
        _parameters(function.node.args),
        function.decorators,
        owner.node.own_scope.qualified if owner is not None else "",  # type: ignore[attr-defined]
        function.node.lineno,
        function.outer is not None,
        tuple(forwards),
    )


def _parameters(args: ast.arguments) -> tuple[tuple[str, str, Any], ...]:
    """Each as a `ParameterFact`, in the order of `Function.parameters`."""
    plain = args.posonlyargs + args.args
    defaults = [None] * (len(plain) - len(args.defaults)) + [_default(default) for default in args.defaults]
    found = [(a.arg, "positional", default) for a, default in zip(plain, defaults, strict=True)]
    if args.vararg:
        found.append((args.vararg.arg, "star", None))
    found += [(a.arg, "keyword", _default(default)) for a, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    if args.kwarg:
        found.append((args.kwarg.arg, "stars", None))
    return tuple(found)


def _default(node: ast.expr | None) -> tuple[Any, ...] | None:
    return None if node is None else literal(node)


def is_foreign(callee: str, own: str) -> bool:
    """Whether a dotted name surely belongs to no file of the project (whose own modules may share a library's name)."""
    return _of_library(callee) and not callee.startswith(own)


@lru_cache(maxsize=20_000)
def _of_library(name: str) -> bool:
    top = name.partition(".")[0].partition("(")[0]
    return bool(top) and ("." not in name or top in KNOWN_LIBRARIES)


def _strings(module: Module) -> tuple[str, ...]:
    match = _IDENTIFIER.match
    texts: set[str] = {node.value for node in module.syntax.strings}  # type: ignore[misc]  # the walk lists no others
    return tuple(sorted([text for text in texts if len(text) < 80 and match(text)]))
