"""Scopes, the bindings of their names, and the branches in which both stand."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from operator import attrgetter
from sys import intern
from typing import Any


class Block:
    """A run of statements that are executed together: a body or branch of `owner` (its `field`), nested in `parent`."""

    __slots__ = ("field", "owner", "parent")

    def __init__(self, parent: Block | None, owner: ast.AST, field: str) -> None:
        self.parent = parent
        self.owner = owner
        self.field = field

    def contains(self, other: Block | None) -> bool:
        """Whether `other` is this block or nested in it: what is done here has been done there."""
        while other is not None:
            if other is self:
                return True
            other = other.parent
        return False

    def excludes(self, other: Block) -> bool:
        """Whether both are different branches of the same statement, so that only one of them is executed."""
        if self is other or self.parent is None or other.parent is None:
            return False  # as most are: a function's own body has no other branch
        mine = {id(block.owner): block for block in self.chain()}
        for block in other.chain():
            same = mine.get(id(block.owner))
            if same is not None and same is not block:
                return not isinstance(block.owner, (ast.For, ast.While, ast.AsyncFor))
        return False

    def chain(self) -> list[Block]:
        blocks: list[Block] = []
        block: Block | None = self
        while block is not None:
            blocks.append(block)
            block = block.parent
        return blocks

    def loop(self) -> ast.AST | None:
        """The innermost loop whose body this block is or stands in."""
        block: Block | None = self
        while block is not None:
            if isinstance(block.owner, (ast.For, ast.While, ast.AsyncFor)) and block.field == "body":
                return block.owner
            block = block.parent
        return None


class Binding:
    """One way in which a name gets its value.

    `kind`: assign, declare (annotation only), augment, for, with, parameter, star, def, class, import, except, delete, or `store`
    (the object that the name holds is written through it: `x.a = v`, `x[k] = v`). `value` is the expression assigned, `index` the
    position of the name in an unpacked tuple, `origin` the dotted name that an import brings in.
    """

    __slots__ = ("block", "index", "kind", "name", "node", "origin", "scope", "target", "value")

    def __init__(self, name: str, kind: str, node: Any, value: ast.expr | None, index: int | None, block: Block, scope: Scope) -> None:
        self.name = name
        self.kind = kind
        self.node = node
        self.value = value
        self.index = index
        self.block = block
        self.scope = scope
        self.origin = ""
        self.target: ast.expr | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Where the binding takes effect: after its statement's value has been evaluated."""
        if self.kind in ("for", "parameter", "star", "def", "class", "import", "except", "with"):
            return (self.node.lineno, self.node.col_offset) if hasattr(self.node, "lineno") else (0, 0)
        return (self.node.end_lineno, self.node.end_col_offset)


class Scope:
    """A module, class, function, lambda or comprehension, with the names bound in it."""

    __slots__ = ("_qualified", "attributes", "bindings", "block", "globals", "kind", "name", "node", "parent")

    def __init__(self, kind: str, name: str, node: ast.AST, parent: Scope | None) -> None:
        self.kind = kind
        self.name = name
        self.node = node
        self.parent = parent
        self.block: Block | None = None
        self.bindings: dict[str, list[Binding]] = {}
        self.attributes: dict[str, list[Binding]] = {}
        self.globals: set[str] = set()
        self._qualified: str | None = None

    @property
    def qualified(self) -> str:
        """Names of the enclosing definitions, outermost first, without the module: `Trainer.fit`."""
        if self._qualified is None:
            outer = self.parent.qualified if self.parent is not None else ""
            own = self.name if self.kind in ("function", "class") else ""
            self._qualified = intern(f"{outer}.{own}" if outer and own else outer or own)
        return self._qualified

    def enclosing(self, *kinds: str) -> Scope | None:
        """This scope or the nearest around it of one of the kinds."""
        scope: Scope | None = self
        while scope is not None and scope.kind not in kinds:
            scope = scope.parent
        return scope


class Syntax:
    """Everything that the walk saw, in source order; `module_name` is dotted, without a leading `src.`."""

    __slots__ = (
        "assignments", "attributes", "boolean_operations", "branches", "calls", "calls_by_word", "classes", "comparisons", "functions",
        "global_writes", "imports", "is_package", "loops", "mentioned", "module_name", "names", "nodes", "returns", "scope", "scopes", "star_imports",
        "stores", "strings", "subscripts", "tree", "tries", "withs",
    )  # fmt: skip

    def __init__(self, tree: ast.Module, module_name: str, scope: Scope, is_package: bool) -> None:
        self.tree = tree
        self.module_name = module_name
        self.scope = scope
        self.is_package = is_package
        self.calls: list[ast.Call] = []
        self.calls_by_word: defaultdict[str, list[ast.Call]] = defaultdict(list)
        """By the last word of what is called: `fit` of `fit()` and of `x.fit()`; calls of anything else are not here"""
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.classes: list[ast.ClassDef] = []
        self.branches: list[ast.If | ast.IfExp] = []
        self.loops: list[ast.For | ast.While | ast.AsyncFor] = []
        self.boolean_operations: list[ast.BoolOp] = []
        self.assignments: list[ast.Assign | ast.AnnAssign | ast.AugAssign] = []
        self.returns: list[ast.Return] = []
        self.withs: list[ast.With | ast.AsyncWith] = []
        self.attributes: defaultdict[str, list[ast.Attribute]] = defaultdict(list)
        """`x.word` by the word"""
        self.subscripts: list[ast.Subscript] = []
        self.tries: list[ast.Try] = []
        self.comparisons: list[ast.Compare] = []
        self.names: defaultdict[str, list[ast.Name]] = defaultdict(list)
        """By their spelling"""
        self.stores: list[Binding] = []
        """What is written through a name: `x.a = v`, `x[k] = v`"""
        self.strings: list[ast.Constant] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.star_imports: list[str] = []
        self.global_writes: set[str] = set()
        self.mentioned: set[str] = set()
        """Names and attributes read otherwise than as what is called: passed around, stored, returned, decorated with"""
        self.scopes: list[Scope] = []
        self.nodes: list[ast.AST] = []
        """Every node that has children, for `release`"""

    def release(self) -> None:
        """Take the tree apart. Nodes know their parents, and scopes their bindings: circles, which only the garbage collector would
        free; it takes longer than the analysis. Nothing of the module may be used afterwards.
        """
        for listed in (self.names, self.attributes, self.calls_by_word, self.calls, self.strings):
            listed.clear()
        self.nodes.reverse()  # what a node holds is let go close to it in memory
        deque(map(dict.clear, map(attrgetter("__dict__"), self.nodes)), maxlen=0)  # a loop in C: there are many
        for scope in self.scopes:
            scope.bindings.clear()
            scope.attributes.clear()
        self.tree.__dict__.clear()
        self.nodes.clear()
        self.stores.clear()
        self.scopes.clear()

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted module an import statement reads from, relative ones made absolute."""
        if not node.level:
            return node.module or ""
        parts = self.module_name.split(".")
        keep = len(parts) - node.level + (1 if self.is_package else 0)
        base = parts[: max(keep, 0)]
        return ".".join([*base, node.module] if node.module else base)


def parent(node: ast.AST) -> ast.AST | None:
    """The node that holds this one, as the walk noted it."""
    up: ast.AST | None = node.up  # type: ignore[attr-defined]
    return up


def last_word(node: ast.AST | None) -> str:
    """`fit` of `fit` and of `model.fit`; empty for whatever is neither."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def statement_of(node: ast.AST) -> ast.stmt:
    """The innermost statement that holds the node (the node itself where it is one)."""
    while not isinstance(node, ast.stmt):
        node = node.up  # type: ignore[attr-defined]
    return node


def block_of(node: ast.AST) -> Block:
    block: Block = statement_of(node).block  # type: ignore[attr-defined]
    return block


def scope_of(node: ast.AST) -> Scope:
    """The scope in which a name at this node is looked up."""
    try:
        own: Scope = node.scope  # type: ignore[attr-defined]
    except AttributeError:
        return _scope_above(node)
    return own


def _scope_above(node: ast.AST) -> Scope:
    """Of a node of a class that the walk does not note the scope with."""
    child, up = node, node.up  # type: ignore[attr-defined]
    while not hasattr(up, "scope"):
        if isinstance(up, ast.Lambda) and child is up.body:
            return up.own_scope  # type: ignore[attr-defined, no-any-return]
        if isinstance(up, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return up.own_scope  # type: ignore[union-attr, no-any-return]
        child, up = up, up.up
    scope: Scope = up.scope
    return scope
