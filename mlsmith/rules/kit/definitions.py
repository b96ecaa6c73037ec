"""Functions, classes and loops of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.lazily import lazily
from mlsmith.index.scopes import Scope, block_of
from mlsmith.rules.kit.roles import Role
from mlsmith.rules.kit.rule import Place

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module


class Parameter(NamedTuple):
    """`kind`: positional, keyword (keyword-only), star (`*args`) or stars (`**kwargs`). `position` counts `self`."""

    name: str
    kind: str
    position: int
    default: ast.expr | None
    node: ast.arg


class Function:
    """A function or method."""

    def __init__(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.module = module
        self.node = node
        self.scope: Scope = node.own_scope  # type: ignore[union-attr]

    @property
    def name(self) -> str:
        """Dotted name with module and enclosing definitions."""
        return self.module.resolver.definition_name(self.node)

    @property
    def place(self) -> Place:
        return self.module.place(self.node)

    @lazily
    def owner(self) -> Class | None:
        """The class whose method this is."""
        outer = self.scope.parent
        return self.module.class_(outer.node) if outer is not None and outer.kind == "class" else None  # type: ignore[arg-type]

    @property
    def owner_names(self) -> tuple[str, ...]:
        """Names of the class and of this module's classes that inherit the method."""
        if self.owner is None:
            return ()
        return tuple(cls.name for cls in self.module.classes if self.owner.name in cls.lineage)

    @lazily
    def outer(self) -> Function | None:
        """The function around this one."""
        scope = self.scope.parent
        while scope is not None and scope.kind != "function":
            scope = scope.parent
        return self.module.function(scope.node) if scope is not None else None  # type: ignore[arg-type]

    @property
    def role(self) -> Role | None:
        return self.module.role_of(self.node.name)

    @lazily
    def decorators(self) -> tuple[str, ...]:
        """Qualified names of the decorators; `()` at the end where they are called."""
        return tuple([name for decorator in self.node.decorator_list for name in (self.module.names(decorator) or ("?",))])

    @lazily
    def parameters(self) -> tuple[Parameter, ...]:
        args = self.node.args
        plain = args.posonlyargs + args.args
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        found = [Parameter(a.arg, "positional", i, d, a) for i, (a, d) in enumerate(zip(plain, defaults, strict=True))]
        if args.vararg:
            found.append(Parameter(args.vararg.arg, "star", len(plain), None, args.vararg))
        found.extend(Parameter(a.arg, "keyword", -1, d, a) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True))
        if args.kwarg:
            found.append(Parameter(args.kwarg.arg, "stars", -1, None, args.kwarg))
        return tuple(found)

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)

    @property
    def calls(self) -> list[Call]:
        """Calls in the function's own body, nested functions included."""
        return self.module.calls_in(self)

    def contains(self, node: ast.AST) -> bool:
        """Whether the node stands in the function's text."""
        first: int = node.lineno  # type: ignore[attr-defined]
        return self.node.lineno <= first <= (self.node.end_lineno or first) and self._under(node)

    def _under(self, node: ast.AST) -> bool:
        up: ast.AST | None = node
        while up is not None:
            if up is self.node:
                return True
            up = up.up  # type: ignore[attr-defined]
        return False

    @property
    def returns(self) -> list[ast.Return]:
        return self.module.resolver.returns_of(self.node)


class Class:
    def __init__(self, module: Module, node: ast.ClassDef) -> None:
        self.module = module
        self.node = node

    @property
    def name(self) -> str:
        return self.module.resolver.definition_name(self.node)

    @property
    def place(self) -> Place:
        return self.module.place(self.node)

    @lazily
    def lineage(self) -> list[str]:
        """Own dotted name and those of all ancestors that this module shows, nearest first."""
        return self.module.resolver.lineage(self.name)

    def extends(self, *names: str) -> bool:
        return any(name in names for name in self.lineage[1:])

    @lazily
    def methods(self) -> dict[str, Function]:
        return {
            node.name: self.module.function(node) for node in self.node.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }


class Loop:
    """A `for` or `while` loop."""

    def __init__(self, module: Module, node: ast.For | ast.While | ast.AsyncFor) -> None:
        self.module = module
        self.node = node

    @property
    def place(self) -> Place:
        return self.module.place(self.node)

    @property
    def function(self) -> Function | None:
        return self.module.function_around(self.node)

    @lazily
    def calls(self) -> list[Call]:
        """Calls in the body (not in nested functions)."""
        last = self.node.end_lineno or self.node.lineno
        return [
            call for call in self.module.calls_between(self.node.lineno, last) if self._holds(call.node)
        ]  # fmt: skip

    def _holds(self, node: ast.AST) -> bool:
        block = block_of(node)
        return any(b.owner is self.node and b.field == "body" for b in block.chain())

    @property
    def inner(self) -> Iterator[Loop]:
        for loop in self.module.loops:
            if loop.node is not self.node and self._holds(loop.node):
                yield loop
