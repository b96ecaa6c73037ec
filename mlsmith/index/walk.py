"""The one walk over a syntax tree: every node learns its parent, scopes their bindings, and what rules ask for is listed by kind.

The visitor of each node class is generated from the table below when a node of it is first seen, because a loop over `_fields` costs three
times as much.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import cache
from types import CodeType
from typing import Any, ClassVar, cast

from mlsmith.errors import SourceError
from mlsmith.index.scopes import Binding, Block, Scope, Syntax

_CHILDREN = {
    # expressions
    "BoolOp": "values*", "NamedExpr": "value", "BinOp": "left right", "UnaryOp": "operand",
    "IfExp": "test body orelse", "Dict": "keys*? values*", "Set": "elts*", "Await": "value", "Yield": "value?",
    "YieldFrom": "value", "Compare": "left comparators*", "Call": "func args* keywords*", "FormattedValue": "value format_spec?",
    "JoinedStr": "values*", "Attribute": "value", "Subscript": "value slice", "Starred": "value", "List": "elts*",
    "Tuple": "elts*", "Slice": "lower? upper? step?", "keyword": "value",
    "TemplateStr": "values*", "Interpolation": "value format_spec?",
    # leaves
    "Constant": "", "Name": "",
    # statements
    "Return": "value?", "Delete": "targets*", "Expr": "value", "Raise": "exc? cause?", "Assert": "test msg?", "Pass": "", "Break": "",
    "Continue": "", "Assign": "value targets*", "AugAssign": "value target", "AnnAssign": "annotation value? target",
    "Import": "", "ImportFrom": "", "Global": "", "Nonlocal": "",
    "If": "test body+ orelse+", "While": "test body+ orelse+", "For": "iter target body+ orelse+",
    "AsyncFor": "iter target body+ orelse+", "With": "items* body=", "AsyncWith": "items* body=", "withitem": "context_expr optional_vars?",
    "Try": "body= handlers* orelse= finalbody=", "TryStar": "body= handlers* orelse= finalbody=", "ExceptHandler": "type? body+",
    "Match": "subject cases*", "match_case": "pattern guard? body+",
    "MatchValue": "value", "MatchSingleton": "", "MatchSequence": "patterns*", "MatchMapping": "keys* patterns*",
    "MatchClass": "cls patterns* kwd_patterns*", "MatchStar": "", "MatchAs": "pattern?", "MatchOr": "patterns*",
}  # fmt: skip
"""Node class → its children in order of evaluation. `*` a list, `?` may be None, `+` a branch of its own, `=` same branch."""

_LISTED = {
    "Call": "calls", "If": "branches", "While": "loops", "For": "loops", "AsyncFor": "loops", "IfExp": "branches",
    "BoolOp": "boolean_operations", "Assign": "assignments", "AnnAssign": "assignments", "AugAssign": "assignments",
    "Return": "returns", "With": "withs", "AsyncWith": "withs", "Subscript": "subscripts",
    "Try": "tries", "TryStar": "tries", "Compare": "comparisons",
}  # fmt: skip


_LISTS = frozenset({*_LISTED.values(), "strings"})
_NOTHING_LENT = dict.fromkeys((*_LISTS, "w", "body", "branch", "names", "attributes", "words", "seen", "mention"))
_BY_HAND = {
    ast.FunctionDef: "function", ast.AsyncFunctionDef: "function", ast.Lambda: "lambda_", ast.ClassDef: "class_",
    ast.ListComp: "comprehension", ast.SetComp: "comprehension", ast.GeneratorExp: "comprehension", ast.DictComp: "comprehension",
}  # fmt: skip
"""Node classes with a scope of their own → the walker's method that visits them"""
_MENTIONS = {"Name": "id", "Attribute": "attr"}
"""Node classes that mention a name, unless they are what is called"""

_WITH_SCOPE = frozenset({"Call", "Attribute", "Subscript", "Compare", "BoolOp", "IfExp", "Name"})
"""Node classes that note the scope they stand in, beside all statements of a body"""


def walk(tree: ast.Module, module_name: str, *, is_package: bool = False) -> Syntax:
    """Walk the tree once. Raises SourceError where nesting exceeds what can be walked."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 6000))
    try:
        walker = _Walker(tree, module_name, is_package)
        walker.visitors.give_back()
        return walker.syntax
    except RecursionError:
        raise SourceError("is nested too deeply to be analysed") from None
    finally:
        sys.setrecursionlimit(limit)


class _Walker:
    def __init__(self, tree: ast.Module, module_name: str, is_package: bool) -> None:
        self.scope = Scope("module", "", tree, None)
        self.block = Block(None, tree, "body")
        self.syntax = Syntax(tree, module_name, self.scope, is_package)
        self.syntax.scopes.append(self.scope)
        self.visitors = _Visitors.lent_to(self)
        tree.up = None  # type: ignore[attr-defined]
        self.scope.block = self.block
        self.body(tree.body, tree)

    def visit(self, node: ast.AST, up: ast.AST) -> None:
        self.visitors[node.__class__](node, up)

    def body(self, statements: list[ast.stmt], up: ast.AST) -> None:
        block, scope, visitors = self.block, self.scope, self.visitors
        for statement in statements:
            statement.block = block  # type: ignore[attr-defined]
            statement.scope = scope  # type: ignore[attr-defined]
            visitors[statement.__class__](statement, up)

    def branch(self, statements: list[ast.stmt], up: ast.AST, field: str) -> None:
        if statements:
            outer, self.block = self.block, Block(self.block, up, field)
            self.body(statements, up)
            self.block = outer

    # definitions

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, up: ast.AST) -> None:
        self.syntax.nodes.append(node)
        node.up = up  # type: ignore[union-attr]
        self.syntax.functions.append(node)
        for decorator in node.decorator_list:
            self.visit(decorator, node)
        self.defaults(node.args, node)
        if node.returns is not None:
            self.visit(node.returns, node)
        self.bind(node.name, "def", node, None)
        self.enter("function", node.name, node, node.body, node.args)

    def lambda_(self, node: ast.Lambda, up: ast.AST) -> None:
        self.syntax.nodes.append(node)
        node.up = up  # type: ignore[attr-defined]
        self.defaults(node.args, node)
        outer_scope, outer_block = self.scope, self.block
        self.scope = node.own_scope = self.opened("lambda", "<lambda>", node)  # type: ignore[attr-defined]
        self.block = self.scope.block = Block(None, node, "body")
        self.parameters(node.args)
        self.visit(node.body, node)
        self.scope, self.block = outer_scope, outer_block

    def class_(self, node: ast.ClassDef, up: ast.AST) -> None:
        self.syntax.nodes.append(node)
        node.up = up  # type: ignore[attr-defined]
        self.syntax.classes.append(node)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part, node)
        self.bind(node.name, "class", node, None)
        self.enter("class", node.name, node, node.body, None)

    def enter(self, kind: str, name: str, node: Any, body: list[ast.stmt], arguments: ast.arguments | None) -> None:
        outer_scope, outer_block = self.scope, self.block
        self.scope = node.own_scope = self.opened(kind, name, node)
        self.block = self.scope.block = Block(None, node, "body")
        if arguments is not None:
            self.parameters(arguments)
        self.body(body, node)
        self.scope, self.block = outer_scope, outer_block

    def opened(self, kind: str, name: str, node: ast.AST) -> Scope:
        scope = Scope(kind, name, node, self.scope)
        self.syntax.scopes.append(scope)
        return scope

    def defaults(self, arguments: ast.arguments, up: ast.AST) -> None:
        for default in arguments.defaults + arguments.kw_defaults:
            if default is not None:
                self.visit(default, up)
        for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs:
            if argument.annotation is not None:
                self.visit(argument.annotation, up)

    def parameters(self, arguments: ast.arguments) -> None:
        for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs:
            self.bind(argument.arg, "parameter", argument, None)
        for star in (arguments.vararg, arguments.kwarg):
            if star is not None:
                self.bind(star.arg, "star", star, None)

    def comprehension(self, node: Any, up: ast.AST) -> None:
        """A comprehension binds in a small scope of its own; its parts are visited generators first."""
        self.syntax.nodes.append(node)
        node.up = up
        outer_scope = self.scope
        self.scope = node.own_scope = self.opened("comprehension", outer_scope.name, node)
        self.scope.block = self.block
        for generator in node.generators:
            generator.up = node
            self.syntax.nodes.append(generator)
            self.visit(generator.iter, generator)
            self.target(generator.target, "for", generator.iter, generator, None)
            self.visit(generator.target, generator)
            for condition in generator.ifs:
                self.visit(condition, generator)
        if isinstance(node, ast.DictComp):
            self.visit(node.key, node)
            self.visit(node.value, node)
        else:
            self.visit(node.elt, node)
        self.scope = outer_scope

    # bindings

    def bind(self, name: str, kind: str, node: ast.AST, value: ast.expr | None, index: int | None = None) -> None:
        scope = self.scope
        binding = Binding(name, kind, node, value, index, self.block, scope)
        bindings = scope.bindings
        if name in bindings:
            bindings[name].append(binding)
        else:
            bindings[name] = [binding]

    def target(self, target: ast.expr, kind: str, value: ast.expr | None, node: ast.AST, index: int | None) -> None:
        form = target.__class__
        if form is ast.Name:
            self.bind(target.id, kind, node, value, index)  # type: ignore[attr-defined]
        elif form is ast.Attribute or form is ast.Subscript:
            self.store(target, kind, value, node, index)
        elif form is ast.Tuple or form is ast.List:
            self.unpack(target, kind, value, node)  # type: ignore[arg-type]
        elif form is ast.Starred:
            self.target(target.value, "star", None, node, None)  # type: ignore[attr-defined]

    def unpack(self, target: ast.Tuple | ast.List, kind: str, value: ast.expr | None, node: ast.AST) -> None:
        pairs = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) and kind == "assign"
        for position, element in enumerate(target.elts):
            if pairs:
                self.target(element, kind, value.elts[position], node, None)  # type: ignore[union-attr]
            else:
                self.target(element, kind, value, node, position)

    def store(self, target: Any, kind: str, value: ast.expr | None, node: ast.AST, index: int | None) -> None:
        """`x.a = v` and `x[k] = v` change the object a name holds without rebinding the name."""
        root = target
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name):
            self.bind(root.id, "store", node, value, index)
            stored = self.scope.bindings[root.id][-1]
            stored.target = target
            self.syntax.stores.append(stored)
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                key = f"{target.value.id}.{target.attr}"
                binding = Binding(key, kind, node, value, index, self.block, self.scope)
                self.scope.attributes.setdefault(key, []).append(binding)

    # statements that bind (called by the generated visitors)

    def bind_assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self.target(target, "assign", node.value, node, None)

    def bind_annassign(self, node: ast.AnnAssign) -> None:
        self.target(node.target, "assign" if node.value is not None else "declare", node.value, node, None)

    def bind_augassign(self, node: ast.AugAssign) -> None:
        self.target(node.target, "augment", node.value, node, None)

    def bind_for(self, node: ast.For) -> None:
        self.target(node.target, "for", node.iter, node, None)

    def bind_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars is not None:
            self.target(node.optional_vars, "with", node.context_expr, node.context_expr, None)

    def bind_namedexpr(self, node: ast.NamedExpr) -> None:
        node.target.up = node  # type: ignore[attr-defined]
        self.target(node.target, "assign", node.value, node, None)

    def bind_excepthandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bind(node.name, "except", node, None)

    def bind_global(self, node: ast.Global) -> None:
        self.scope.globals.update(node.names)
        self.syntax.global_writes.update(node.names)

    def bind_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, "delete", node, None)

    def bind_import(self, node: ast.Import) -> None:
        self.syntax.imports.append(node)
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.bind(name, "import", node, None)
            self.scope.bindings[name][-1].origin = alias.name if alias.asname else name

    def bind_importfrom(self, node: ast.ImportFrom) -> None:
        self.syntax.imports.append(node)
        origin = self.syntax.absolute(node)
        for alias in node.names:
            if alias.name == "*":
                self.syntax.star_imports.append(origin)
                continue
            name = alias.asname or alias.name
            self.bind(name, "import", node, None)
            self.scope.bindings[name][-1].origin = f"{origin}.{alias.name}" if origin else alias.name


_BINDERS = {
    "Assign": "bind_assign", "AnnAssign": "bind_annassign", "AugAssign": "bind_augassign", "withitem": "bind_withitem",
    "NamedExpr": "bind_namedexpr", "Import": "bind_import", "ImportFrom": "bind_importfrom", "Global": "bind_global",
    "Nonlocal": "bind_global", "Delete": "bind_delete",
}  # fmt: skip
_BINDERS_FIRST = {"For": "bind_for", "AsyncFor": "bind_for", "ExceptHandler": "bind_excepthandler"}
"""Loops and handlers bind before their bodies are visited, the others once their values have been."""


@cache
def _visitor_of(name: str) -> CodeType:
    """The definition of a function `visit` for nodes of a class in the table."""
    children = _CHILDREN[name]
    lines = ["def visit(n, up):", "    n.up = up"]
    if children:
        lines.append("    seen(n)")
    if name in _WITH_SCOPE:
        lines.append("    n.scope = w.scope")
    if name == "Constant":
        lines.append("    if n.value.__class__ is str: strings(n)")
    if name in _LISTED:
        lines.append(f"    {_LISTED[name]}(n)")
    if name == "Name":
        lines.append("    names[n.id].append(n)")
    if name == "Attribute":
        lines.append("    attributes[n.attr].append(n)")
    if name in _MENTIONS:
        lines.append(f"    if n.ctx.__class__ is Load and (up.__class__ is not Call or up.func is not n): mention(n.{_MENTIONS[name]})")
    if name in _BINDERS_FIRST:
        lines.append(f"    w.{_BINDERS_FIRST[name]}(n)")
    for child in children.split():
        field, mark = (child.rstrip("*?+="), child[len(child.rstrip("*?+=")) :])
        if mark == "+":
            lines.append(f"    branch(n.{field}, n, {field!r})")
        elif mark == "=":
            lines.append(f"    body(n.{field}, n)")
        elif "*" in mark:
            lines += [f"    for c in n.{field}:", *_visit_of(name, field, " " * 8, optional="?" in mark)]
        else:
            lines += [f"    c = n.{field}", *_visit_of(name, field, " " * 4, optional=mark == "?")]
    if name in _BINDERS:
        lines.append(f"    w.{_BINDERS[name]}(n)")
    return compile("\n".join(lines), f"<generated walk of {name}>", "exec")


def _visit_of(parent: str, field: str, indent: str, *, optional: bool) -> list[str]:
    """Visit the child `c`. Names and constants, which are most of all nodes, are done in place: a call costs more than all they need."""
    called = parent == "Call" and field == "func"
    lines = [
        "k = c.__class__",
        "if k is Name:",
        "    c.up = n; c.scope = w.scope; names[c.id].append(c)",
        "    words[c.id].append(n)" if called else "    if c.ctx.__class__ is Load: mention(c.id)",
        "elif k is Constant:",
        "    c.up = n",
        "    if c.value.__class__ is str: strings(c)",
        *(["elif k is Attribute:", "    words[c.attr].append(n)", "    V[k](c, n)"] if called else []),
        "elif c is not None: V[k](c, n)" if optional else "else: V[k](c, n)",
    ]
    return [indent + line for line in lines]


class _Visitors(dict[type, Callable[[Any, Any], None]]):
    """The generated visitors by node class, lent to one walker at a time; what they call of it stands among their global names.

    Node classes that the table does not know (of a newer Python) are walked generically.
    """

    _idle: ClassVar[list[_Visitors]] = []
    """Making them costs as much as walking a small file; there are as many as threads that walk at a time"""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"V": self, "Load": ast.Load, "Call": ast.Call}
        self.names |= {"Name": ast.Name, "Constant": ast.Constant, "Attribute": ast.Attribute}

    @classmethod
    def lent_to(cls, walker: _Walker) -> _Visitors:
        try:
            table = cls._idle.pop()
        except IndexError:
            table = cls()
        syntax = walker.syntax
        table.names.update(
            w=walker, body=walker.body, branch=walker.branch, names=syntax.names, attributes=syntax.attributes,
            words=syntax.calls_by_word, seen=syntax.nodes.append, mention=syntax.mentioned.add,
        )  # fmt: skip
        for listed in _LISTS:
            table.names[listed] = getattr(syntax, listed).append
        for node_class, method in _BY_HAND.items():
            table[node_class] = getattr(walker, method)
        return table

    def give_back(self) -> None:
        """The walk is over: what belongs to it is let go, so that no garbage collection is needed, and the table waits for the next."""
        self.names.update(_NOTHING_LENT)
        for cls in _BY_HAND:
            del self[cls]
        self._idle.append(self)

    def __missing__(self, cls: type) -> Callable[[Any, Any], None]:
        if cls.__name__ in _CHILDREN:
            exec(_visitor_of(cls.__name__), self.names)
            self[cls] = visitor = self.names.pop("visit")
            return cast("Callable[[Any, Any], None]", visitor)

        def generic(node: ast.AST, up: ast.AST) -> None:
            node.up = up  # type: ignore[attr-defined]
            for child in ast.iter_child_nodes(node):
                self[child.__class__](child, node)

        self[cls] = generic
        return generic
