"""Where a value comes from: backwards through assignments, unpackings, loops, stores (`df["x"] = …`) and state (`scaler.fit(X)`).

The flow is linear per scope, as rules.md asks: the last definition before a use counts, branches merge to "either", a use in a loop
sees the definitions of the round before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from mlsmith.index.scopes import Binding, Scope, block_of, scope_of
from mlsmith.rules.kit.call import Call

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_STATEFUL = (
    "fit",
    "partial_fit",
    "fit_transform",
    "fit_predict",
    "fit_resample",
    "adapt",
    "append",
    "extend",
    "update",
    "add",
    "insert",
    "build_vocab",
)
"""Methods that put what they are given into the state of their receiver."""

_SIZE_ONLY = frozenset({"len", "type", "isinstance", "id", "range", "print", "repr", "str", "hash", "bool"})
"""Calls whose result does not carry the data of their arguments on."""

_ENDS = frozenset({ast.Constant, ast.Lambda, ast.Compare})
"""Expressions whose value carries no data on that can be followed further"""

_MOST = 400


class Trace:
    """Everything that a value is made from, the value's own expression included."""

    __slots__ = ("bindings", "calls", "nodes", "parameters")

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.bindings: list[Binding] = []
        self.parameters: list[Binding] = []
        self.nodes: set[int] = set()

    def passes(self, node: ast.AST) -> bool:
        """Whether the value comes through this very expression."""
        return id(node) in self.nodes

    def calls_to(self, *names: str) -> Iterator[Call]:
        for call in self.calls:
            if any(name in names for name in call.names):
                yield call


class Flow:
    """The flow of one module. Traces are remembered by expression."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._traces: dict[int, Trace] = {}
        self._states: dict[tuple[int, str], list[Call]] = {}
        self._uses: dict[int, dict[str, list[ast.Name]]] | None = None
        for call in module.method_calls(*_STATEFUL):
            if isinstance(call.receiver, ast.Name):
                self._states.setdefault((id(_running(scope_of(call.node))), call.receiver.id), []).append(call)

    def trace(self, node: ast.expr) -> Trace:
        """All that flows into an expression, inside its own function (and, for module-level names, the module)."""
        known = self._traces.get(id(node))
        if known is None:
            known = self._traces[id(node)] = Trace()
            self._follow(node, known, set())
        return known

    def derives(self, value: ast.expr, origin: ast.AST) -> bool:
        """Whether `value` is made from the value of the expression `origin`."""
        return self.trace(value).passes(origin)

    def roots(self, node: ast.expr) -> set[int]:
        """Identities of the bindings an expression's data starts from: parameters, and names bound from something that is no data
        of this scope. Two expressions with a root in common are about the same data."""
        trace = self.trace(node)
        return {id(binding) for binding in (*trace.bindings, *trace.parameters)}

    def uses(self, binding: Binding) -> list[ast.Name]:
        """The loads of a name that can see this binding, in source order, in its own scope and those nested in it."""
        loads = self._loads().get(id(binding.scope), {}).get(binding.name, [])
        return [name for name in loads if binding in self.module.resolver.reaching(name)]

    def bindings_of(self, node: ast.expr) -> list[Binding]:
        """The bindings that take exactly this expression as their value (or an element of it)."""
        statement = node
        while not isinstance(statement, (ast.stmt, ast.withitem)):
            statement = statement.up  # type: ignore[attr-defined]
        scope = scope_of(node)
        return [
            binding for bindings in scope.bindings.values() for binding in bindings
            if binding.value is node and binding.kind in ("assign", "with", "for")
        ]  # fmt: skip

    # backwards

    def _follow(self, node: ast.expr, trace: Trace, seen: set[int]) -> None:
        nodes = trace.nodes
        if id(node) in nodes or len(nodes) > _MOST:
            return
        nodes.add(id(node))
        if node.__class__ in _ENDS:
            return
        if isinstance(node, ast.Name):
            self._follow_name(node, trace, seen)
        elif isinstance(node, ast.Call):
            self._follow_call(node, trace, seen)
        elif isinstance(node, ast.Attribute):
            self._follow_attribute(node, trace, seen)
        elif isinstance(node, ast.Subscript):
            self._follow(node.value, trace, seen)
            self._follow(node.slice, trace, seen)
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            self._follow(node.elt, trace, seen)
            for generator in node.generators:
                self._follow(generator.iter, trace, seen)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._follow(child, trace, seen)

    def _follow_call(self, node: ast.Call, trace: Trace, seen: set[int]) -> None:
        call = self.module.call(node)
        assert call is not None
        trace.calls.append(call)
        if call.name in _SIZE_ONLY:
            return
        if isinstance(node.func, ast.Attribute):
            self._follow(node.func.value, trace, seen)
        for argument in node.args:
            self._follow(argument, trace, seen)
        for keyword in node.keywords:
            self._follow(keyword.value, trace, seen)

    def _follow_attribute(self, node: ast.Attribute, trace: Trace, seen: set[int]) -> None:
        if node.attr in ("shape", "size", "dtype", "columns", "ndim", "device"):
            return
        cls = self.module.resolver.class_of_self(node.value)
        if cls is None:
            self._follow(node.value, trace, seen)
            return
        for binding in self.module.resolver.attribute_bindings(cls, node.attr):
            self._follow_binding(binding, trace, seen)

    def _follow_name(self, node: ast.Name, trace: Trace, seen: set[int]) -> None:
        reaching = self.module.resolver.reaching(node)
        for binding in reaching:
            self._follow_binding(binding, trace, seen)
        if not reaching:
            return
        scope = reaching[0].scope
        stores = [binding for binding in scope.bindings.get(node.id, ()) if binding.kind == "store"]
        states = self._states.get((id(_running(scope)), node.id), ()) if self._states else ()
        if not stores and not states:
            return  # as most
        place, block, since = (node.lineno, node.col_offset), block_of(node), min([binding.place for binding in reaching])
        for store in stores:
            if since <= store.place <= place and not store.block.excludes(block):
                self._follow_binding(store, trace, seen)
        for call in states:
            if since <= call.order < place and not block_of(call.node).excludes(block) and id(call.node) not in trace.nodes:
                self._follow(call.node, trace, seen)

    def _follow_binding(self, binding: Binding, trace: Trace, seen: set[int]) -> None:
        if id(binding) in seen:
            return
        seen.add(id(binding))
        if binding.kind in ("parameter", "star"):
            trace.parameters.append(binding)
            return
        trace.bindings.append(binding)
        if binding.value is not None:
            self._follow(binding.value, trace, seen)
        if binding.kind == "augment":
            for earlier in binding.scope.bindings.get(binding.name, ()):
                if earlier.place < binding.place and earlier.kind != "declare":
                    self._follow_binding(earlier, trace, seen)

    def _loads(self) -> dict[int, dict[str, list[ast.Name]]]:
        """Loads of names by the scope that binds them."""
        if self._uses is None:
            self._uses = {}
            for name in chain.from_iterable(self.module.syntax.names.values()):
                if isinstance(name.ctx, ast.Load):
                    reaching = self.module.resolver.reaching(name)
                    if reaching:
                        self._uses.setdefault(id(reaching[0].scope), {}).setdefault(name.id, []).append(name)
        return self._uses


def _running(scope: Scope) -> Scope:
    """The scope whose statements are running when a comprehension or lambda is evaluated in place."""
    while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
        scope = scope.parent
    return scope
