"""A Python file as rules see it: calls by the name of what is called, functions, classes, loops, and what flows between them."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator, KeysView, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from mlsmith.finding import anchor_of
from mlsmith.index.lazily import lazily
from mlsmith.index.project import is_entry_point
from mlsmith.index.resolve import Resolver
from mlsmith.index.scopes import Scope, Syntax, block_of, scope_of, statement_of
from mlsmith.index.walk import walk
from mlsmith.rules.kit.call import Argument, Call
from mlsmith.rules.kit.constants import UNKNOWN, Constants
from mlsmith.rules.kit.context import Context, context_of, module_name_of
from mlsmith.rules.kit.definitions import Class, Function, Loop
from mlsmith.rules.kit.roles import Role, roles_in_settings, roles_of_name
from mlsmith.rules.kit.rule import Place
from mlsmith.sources.python import PythonSource

if TYPE_CHECKING:
    from mlsmith.rules.kit.flow import Flow
    from mlsmith.settings import Settings
    from mlsmith.sources.notebook import Notebook

__all__ = ["UNKNOWN", "Argument", "Call", "Class", "Function", "Loop", "Module", "Node"]

Known = TypeVar("Known")

_COMPOUND = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.ExceptHandler)
"""Of these a finding underlines the first line only."""


class Module:
    """One Python file or notebook, walked once and shared by all rules."""

    def __init__(self, source: PythonSource, settings: Settings, notebook: Notebook | None = None) -> None:
        self.source = source
        self.settings = settings
        self.notebook = notebook
        self.path = source.path
        self.name = module_name_of(source.path)
        self.syntax: Syntax = walk(source.tree, self.name, is_package=source.path.endswith("__init__.py"))
        self.resolver = Resolver(self.syntax)
        self.constants = Constants(self.resolver)
        self.context: Context = context_of(source.path, "\n".join(source.lines[:5]))
        self.own_roles = roles_in_settings(settings.roles)
        self._wrapped: dict[int, Any] = {}
        self.answers: dict[str, Any] = {}

    def release(self) -> None:
        """Undo the circles of module, calls, definitions and tree; nothing of the module may be used afterwards."""
        for node in self.syntax.classes:
            if id(node) in self._wrapped:  # classes know their methods, and methods their class
                self._wrapped[id(node)].__dict__.clear()
        self.syntax.release()
        self.resolver.release()
        self.__dict__.clear()

    @lazily
    def is_started_from_outside(self) -> bool:
        """Whether the settings name the file, or a function of it, as an entry point."""
        patterns = self.settings.entry_points
        return bool(patterns) and is_entry_point(patterns, self.path, *(function.name for function in self.functions))

    @property
    def is_test(self) -> bool:
        return self.context is Context.TEST

    # calls

    @lazily
    def calls(self) -> list[Call]:
        """Every call, in source order."""
        return [self._call(node) for node in self.syntax.calls]

    @lazily
    def _by_name(self) -> dict[str, list[ast.Call]]:
        called, wrappers = self.resolver.calls_by_name, self.settings.wrappers
        if not wrappers.keys() & called.keys():
            return called
        table: dict[str, list[ast.Call]] = {}
        for name, nodes in called.items():
            table.setdefault(wrappers.get(name, name), []).extend(nodes)
        return {name: sorted(nodes, key=_place) for name, nodes in table.items()}

    def _called(self, name: str) -> list[Call]:
        return [self._call(node) for node in self._by_name.get(name, ())]

    def calls_to(self, *names: str) -> Iterator[Call]:
        """Calls to any of the fully qualified names, in source order; `X()` in a name is an instance of X, as in
        `sklearn.preprocessing.StandardScaler().fit`. A project class that extends X counts as X."""
        table, heirs = self._by_name, self._heirs
        if not heirs and table.keys().isdisjoint(names):
            return _NONE  # as nearly always
        found = [node for name in names if name in table for node in table[name]]
        for name in names if heirs else ():
            owner, called, rest = name.partition("()")
            for heir in heirs.get(owner, ()):
                found += table.get(heir + called + rest, ())
        return self._in_order(found)

    def calls_listed(self, table: Mapping[str, Known]) -> Iterator[tuple[Call, Known]]:
        """Calls to the fully qualified names of a table, each with what is known of it, in the order of the table."""
        for name, known in table.items() if any(self.calls_to(*table)) else ():
            for call in self.calls_to(name):
                yield call, known

    def _in_order(self, nodes: list[ast.Call]) -> Iterator[Call]:
        """Each call once, in source order."""
        if not nodes:
            return _NONE
        if len(nodes) > 1:
            nodes = sorted({id(node): node for node in nodes}.values(), key=_place)
        return map(self._call, nodes)

    def calls_under(self, *prefixes: str) -> Iterator[Call]:
        """Calls whose qualified name begins with one of the prefixes, in source order."""
        return self._in_order([call for name, calls in self._by_name.items() if name.startswith(prefixes) for call in calls])

    def method_calls(self, *methods: str) -> Iterator[Call]:
        """Calls `x.method(…)` whatever `x` is, in source order."""
        table = self.syntax.calls_by_word
        if table.keys().isdisjoint(methods):
            return _NONE
        return self._in_order([node for method in methods for node in table.get(method, ()) if node.func.__class__ is ast.Attribute])

    def calls_spelt(self, *words: str) -> Iterator[Call]:
        """Calls by the last word of what is called, of functions and methods alike, in source order."""
        table = self.syntax.calls_by_word
        return _NONE if table.keys().isdisjoint(words) else self._in_order([node for word in words for node in table.get(word, ())])

    @property
    def words_called(self) -> KeysView[str]:
        """The last words of everything that is called; most rules ask for words that a file does not have."""
        return self.syntax.calls_by_word.keys()

    @lazily
    def _heirs(self) -> dict[str, list[str]]:
        """Library class → names of this module's classes that extend it."""
        table: dict[str, list[str]] = {}
        for cls in self.classes:
            for ancestor in cls.lineage[1:]:
                table.setdefault(ancestor, []).append(cls.name)
        return table

    def call(self, node: ast.AST | None) -> Call | None:
        """The kit's call of a node, where it is one."""
        return self._call(node) if isinstance(node, ast.Call) else None

    def _call(self, node: ast.Call) -> Call:
        known = self._wrapped.get(id(node))
        if known is None:
            known = self._wrapped[id(node)] = Call(self, node)
        return known

    # names and attributes

    def names_spelt(self, words: Iterable[str]) -> list[ast.Name]:
        """Names by their spelling, in source order."""
        return _of_words(self.syntax.names, words)

    def attributes_spelt(self, words: Iterable[str]) -> list[ast.Attribute]:
        """Attributes `x.word` by their word, whatever `x` is, in source order."""
        return _of_words(self.syntax.attributes, words)

    # definitions

    @lazily
    def functions(self) -> list[Function]:
        return [self.function(node) for node in self.syntax.functions]

    @lazily
    def classes(self) -> list[Class]:
        return [self.class_(node) for node in self.syntax.classes]

    @lazily
    def loops(self) -> list[Loop]:
        return [Loop(self, node) for node in self.syntax.loops]

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
        known = self._wrapped.get(id(node))
        if known is None:
            known = self._wrapped[id(node)] = Function(self, node)
        return known

    def class_(self, node: ast.ClassDef) -> Class:
        known = self._wrapped.get(id(node))
        if known is None:
            known = self._wrapped[id(node)] = Class(self, node)
        return known

    def function_around(self, node: ast.AST) -> Function | None:
        """The innermost function whose body holds the node."""
        scope: Scope | None = scope_of(node)
        while scope is not None and scope.kind not in ("function",):
            scope = scope.parent
        return self.function(scope.node) if scope is not None else None  # type: ignore[arg-type]

    def class_around(self, node: ast.AST) -> Class | None:
        scope = scope_of(node).enclosing("class")
        return self.class_(scope.node) if scope is not None else None  # type: ignore[arg-type]

    @lazily
    def _calls_by_function(self) -> dict[int, list[ast.Call]]:
        table: dict[int, list[ast.Call]] = {}
        for node in self.syntax.calls:
            scope: Scope | None = node.scope  # type: ignore[attr-defined]
            while scope is not None:
                if scope.kind == "function":
                    table.setdefault(id(scope.node), []).append(node)
                scope = scope.parent
        return table

    def calls_in(self, function: Function) -> list[Call]:
        """Calls in a function's own body, nested functions included, in source order."""
        return [self._call(node) for node in self._calls_by_function.get(id(function.node), ())]

    @lazily
    def _by_line(self) -> list[tuple[int, int]]:
        """The line of each call, and its place among them."""
        return sorted((node.lineno, index) for index, node in enumerate(self.syntax.calls))

    def calls_between(self, first: int, last: int) -> list[Call]:
        """Calls that begin on the lines from `first` to `last`, in source order."""
        lines = self._by_line
        found = lines[bisect_left(lines, (first, 0)) : bisect_left(lines, (last + 1, 0))]
        return [self._call(self.syntax.calls[index]) for index in sorted(index for _, index in found)]

    def callers(self, function: Function) -> list[Call]:
        """Calls of a function of this module, from this module."""
        heirs = [f"{cls}().{function.node.name}" for cls in function.owner_names] if function.owner else []
        return [call for name in (function.name, *heirs) for call in self._called(name)]

    # expressions

    def names(self, node: ast.expr) -> tuple[str, ...]:
        """Dotted names of what an expression refers to, several where branches merge, none where it is not known."""
        return self.resolver.names(node)

    def refers_to(self, node: ast.expr, *names: str) -> bool:
        return any(name in names for name in self.resolver.names(node))

    def constant(self, node: ast.expr | None) -> Any:
        """The literal value of an expression, through names that are assigned once; `UNKNOWN` where it has none."""
        return self.constants.value(node)

    def roles_of(self, name: str) -> frozenset[Role]:
        """All roles that a name speaks of, as the project's settings or else the usual words have it."""
        own = self.own_roles.get(name) if self.own_roles else None
        return own if own is not None else roles_of_name(name)

    def role_of(self, name: str) -> Role | None:
        """The role that a name speaks of; None where it speaks of none or of several."""
        found = self.roles_of(name)
        return next(iter(found)) if len(found) == 1 else None

    def imports(self, *packages: str) -> bool:
        """Whether the file imports one of the top-level packages."""
        return not self.packages.isdisjoint(packages)

    @lazily
    def packages(self) -> frozenset[str]:
        """Top-level packages that the file imports, relative imports aside, and those that the project's own wrappers stand for."""
        found = {library.partition(".")[0] for library in self.settings.wrappers.values()}
        for node in self.syntax.imports:
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif not node.level and node.module:
                found.add(node.module.partition(".")[0])
        return frozenset(found)

    @lazily
    def hash_lines(self) -> list[tuple[int, str]]:
        """Numbers and texts of the lines with a `#`: only these can have a comment."""
        return [(number, line) for number, line in enumerate(self.source.lines, 1) if "#" in line]

    @lazily
    def comment_lines(self) -> list[int]:
        """Numbers of the lines that are nothing but a comment, those inside of strings too."""
        return [number for number, line in self.hash_lines if line.lstrip()[0] == "#"]

    @lazily
    def flow(self) -> Flow:
        """Where values come from and go to, through assignments."""
        from mlsmith.rules.kit.flow import Flow

        return Flow(self)

    # places

    def at(self, node: ast.AST) -> Node:
        """Something to report at, for any syntax node that has a position."""
        return Node(self, node)

    def place(self, node: ast.AST) -> Place:
        statement = statement_of(node)
        scope = statement.scope.qualified  # type: ignore[attr-defined]
        first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        if isinstance(node, _COMPOUND):
            last = first
        symbol = ".".join(part for part in (self.name, scope) if part)
        return Place(self.path, self.span(node), scope, symbol, anchor_of(self.source.lines[first - 1 : last]))

    def span(self, node: ast.AST) -> Any:
        """Where to underline: the node; of a compound statement only its first line."""
        span = self.source.span(node)
        if isinstance(node, _COMPOUND):
            from mlsmith.finding import Position, Span

            line = self.source.lines[node.lineno - 1]
            return Span(span.start, Position(span.start.line, max(len(line.rstrip()), span.start.column) + 1), span.cell)
        return span

    # order and branches

    def runs_before(self, first: ast.AST, second: ast.AST) -> bool:
        """Whether `first`, in the same scope, stands before `second` and not in a branch that excludes it."""
        one, two = statement_of(first), statement_of(second)
        return one.lineno <= two.lineno and not block_of(one).excludes(block_of(two))


_NONE: Iterator[Any] = iter(())
_place = attrgetter("lineno", "col_offset")
_extent = attrgetter("lineno", "col_offset", "end_lineno", "end_col_offset")


def _of_words(table: dict[str, list[Any]], words: Iterable[str]) -> list[Any]:
    """What a table holds under the words, in source order; most words are in no file."""
    found = [node for word in table.keys() & words for node in table[word]]
    return sorted(found, key=_extent) if len(found) > 1 else found


class Node:
    """Any syntax node as something to report at."""

    __slots__ = ("module", "node")

    def __init__(self, module: Module, node: ast.AST) -> None:
        self.module = module
        self.node = node

    @property
    def place(self) -> Place:
        return self.module.place(self.node)
