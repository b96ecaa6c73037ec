"""What expressions stand for: names are what was assigned to them, reads count what may have written before."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from mlsmith.index.canonical import canonical
from mlsmith.revisions.constants import constant_named
from mlsmith.revisions.documentation import documents
from mlsmith.revisions.effects import Effect, digest_of
from mlsmith.revisions.guards import trimmed
from mlsmith.revisions.program import FunctionNode, Unit
from mlsmith.revisions.queries import is_query, normal_query
from mlsmith.revisions.sequences import is_always_put_together, kind_of_display, put_together, terms_of
from mlsmith.revisions.spellings import constant_last, is_negation, merged, opposite, says_no, takes_all
from mlsmith.revisions.stars import names_of
from mlsmith.revisions.telling import UNDEFINED, Teller, defaults_of, root_of, versioned
from mlsmith.revisions.values import Value, constant, value_of

_TYPES = {f"typing.{name}": name.lower() for name in ("Dict", "List", "Set", "Tuple", "Type", "FrozenSet")}


class Expressions(Teller):
    def made_of(self, node: ast.AST) -> Value:
        """Any expression without a meaning of its own here: its class and what it is made of."""
        parts: list[tuple[str, Value]] = []
        label: list[str] = []
        for name, inner in ast.iter_fields(node):
            if isinstance(inner, ast.expr):
                parts.append((name, self.value(inner)))
            elif isinstance(inner, list):
                for number, element in enumerate(inner):
                    if isinstance(element, ast.expr):
                        parts.append((f"{name}{number}", self.value(element)))
                    elif element is None:
                        parts.append((f"{name}{number}", UNDEFINED))
                    else:
                        label.append(type(element).__name__)
            elif isinstance(inner, ast.operator | ast.unaryop | ast.boolop):
                label.append(type(inner).__name__)
            elif not isinstance(inner, ast.AST) and inner is not None:
                label.append(repr(inner))
        return value_of("operation" if label else type(node).__name__, " ".join(label), tuple(parts), self.origin(node))

    def container(self, node: ast.List | ast.Dict | ast.Set) -> Value:
        """Two empty lists are two: what is put into the one is not in the other."""
        return self.counted(self.made_of(self.with_all_entries(node) if isinstance(node, ast.Dict) and None in node.keys else node))

    def with_all_entries(self, node: ast.Dict) -> ast.Dict:
        """`{**TABLE, "a": 1}` with what stands in a table of the module that nobody writes into."""
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for key, value in zip(node.keys, node.values, strict=True):
            table = self.table(value) if key is None else None
            keys += table.keys if table is not None else [key]
            values += table.values if table is not None else [value]
        return ast.copy_location(ast.Dict(keys, values), node)

    def table(self, node: ast.expr) -> ast.Dict | None:
        if not isinstance(node, ast.Name) or node.id in self.program.written or not self.is_plain(node.id):
            return None
        (binding,) = self.module.syntax.scope.bindings[node.id]
        own = self.depth == 0 and self.unit.kind == "module"
        return (
            binding.value
            if isinstance(binding.value, ast.Dict) and None not in binding.value.keys and (own or node.id not in self.env)
            else None
        )

    def arithmetic(self, node: ast.BinOp) -> Value:
        """`(a,) + b` as `(a, *b)` where b is known to be a tuple too, and lists likewise: an array would be added to each element."""
        terms = terms_of(node)
        kinds = {self.display_of(term) for term in terms}
        (kind,) = kinds if len(kinds) == 1 else ("",)
        if not kind or not any(isinstance(term, ast.Tuple | ast.List) for term in terms):
            return self.made_of(node)
        return replace(self.value(put_together(terms, kind, node)), origin=self.origin(node))

    def display_of(self, node: ast.expr) -> str:
        """Whether an expression is a list or a tuple for certain, in a loop too."""
        if isinstance(node, ast.Name):
            known = self.env.get(node.id)
            if known is not None and known.kind == "carried" and is_always_put_together(node.id, self.unit.node):
                known = known.part("from")
            return known.kind if known is not None and known.kind in ("List", "Tuple") else ""
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if called and (called in self.env or self.binding_kind(called)):
            return ""
        return {"list": "List", "sorted": "List", "tuple": "Tuple"}.get(called) or kind_of_display(node)

    def literal(self, node: ast.Constant) -> Value:
        return constant(node.value, self.origin(node))

    def formatted(self, node: ast.JoinedStr) -> Value:
        """An f-string. Of one that is a query only what it asks for counts."""
        made = merged(node)
        filled_in = [piece for piece in made if not isinstance(piece, ast.Constant)]
        if not filled_in:
            return constant("".join(str(piece.value) for piece in made if isinstance(piece, ast.Constant)), self.origin(node))
        places = iter(range(len(filled_in)))
        text = "".join(str(piece.value) if isinstance(piece, ast.Constant) else f"__{next(places)}__" for piece in made)
        if is_query(text):
            parts = tuple((str(number), self.value(piece)) for number, piece in enumerate(filled_in))
            return value_of("formatted", f"query:{normal_query(text)}", parts, self.origin(node))
        return self.made_of(ast.copy_location(ast.JoinedStr(made), node))

    def name_read(self, node: ast.Name) -> Value:
        known = self.env.get(node.id)
        if known is not None:
            if known.kind == "carried":
                self.read.add(known.digest)
            return known
        return self.from_outside(node)

    def from_outside(self, node: ast.Name) -> Value:
        """What a name means that this definition does not assign: a definition, a constant of the module, or a library's object."""
        names = names_of(self.program, self.module, node)
        is_ours = self.binding_kind(node.id) in ("def", "class", "import") or (not self.binding_kind(node.id) and names != (node.id,))
        unit = self.program.definition_named(self.module, names) if is_ours else None
        if unit is not None:
            return self.program.stand_in(unit)
        if self.is_plain(node.id):
            known = self.program.tops(self.module).get(node.id)
            if known is not None:
                return known
        if self.binding_kind(node.id) in ("import", "") and len(names) == 1:
            held = constant_named(self.program, names[0], self.module) if self.is_plain(node.id) else None
            return self.named(names[0], node) if held is None else replace(held, origin=self.origin(node))
        return value_of("global", node.id, (), self.origin(node))

    def named(self, name: str, node: ast.expr) -> Value:
        """A library's object by its dotted name; of the types that are written in two ways, the built-in one."""
        name = canonical(self.program.common_name(name, self.module))
        return value_of("name", _TYPES.get(name, name), (), self.origin(node))

    def binding_kind(self, name: str) -> str:
        bindings = self.module.syntax.scope.bindings.get(name, ())
        return bindings[0].kind if bindings else ""

    def is_plain(self, name: str) -> bool:
        """Whether a name of a module's top is assigned once: whoever reads it is told with its value."""
        bindings = self.module.syntax.scope.bindings.get(name, ())
        return len(bindings) == 1 and name not in self.module.syntax.global_writes

    def attribute(self, node: ast.Attribute) -> Value:
        owner = self.value(node.value)
        if owner.kind == "name":
            names = self.module.resolver.names(node)
            unit = self.program.definition_named(self.module, names)
            if unit is not None:
                return self.program.stand_in(unit)
            found = constant_named(self.program, names[0], self.module) if len(names) == 1 else None
            return self.named(f"{owner.label}.{node.attr}", node) if found is None else replace(found, origin=self.origin(node))
        name = self.program.attribute(node, self.unit)
        version = self.writes.get(f".{name}", 0), self.handled.get(root_of(owner).digest, 0)
        since, kept = self.held.get(name, (None, UNDEFINED))
        if since == version and self.depth == 0 and isinstance(node.value, ast.Name) and node.value.id == "self":
            return replace(kept, origin=self.origin(node))
        return value_of("attribute", name, (("of", owner), *versioned(version)), self.origin(node))

    def subscript(self, node: ast.Subscript) -> Value:
        owner = self.value(node.value)
        index = self.value(node.slice)
        version = self.writes.get("[]", 0), self.handled.get(root_of(owner).digest, 0)
        return value_of("item", "", (("of", owner), ("at", index), *versioned(version)), self.origin(node))

    def comprehension(self, node: Any) -> Value:
        """`[x for x in y]` is `list(y)`."""
        built = {ast.ListComp: "list", ast.SetComp: "set"}.get(type(node), "")
        if built and takes_all(node) and not self.binding_kind(built) and built not in self.env:
            given = (("func", self.named(built, node)), ("0", self.value(node.generators[0].iter)))
            return self.step(node, value_of("call", "", given, self.origin(node)))
        env, effects = self.env, self.effects
        self.env, self.effects = dict(env), []
        parts: list[tuple[str, Value]] = []
        for number, generator in enumerate(node.generators):
            over = self.value(generator.iter)
            parts.append((f"over {number}", over))
            self.bind(generator.target, self.element(over, generator.target), node)
            parts += [(f"if {number}.{i}", self.value(condition)) for i, condition in enumerate(generator.ifs)]
        results = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        parts += [(f"each {i}", self.value(result)) for i, result in enumerate(results)]
        inner = tuple(self.effects)
        self.env, self.effects = env, effects
        if inner:
            self.emit("comprehension", node, blocks=(("body", inner),))
        return value_of(type(node).__name__, digest_of(inner).hex() if inner else "", tuple(parts), self.origin(node))

    def step(self, node: ast.expr, call: Value) -> Value:
        """A call that may change what it is given, and gives something else each time."""
        for root in {root_of(inner).digest for _, inner in call.parts}:
            self.handled[root] = self.handled.get(root, 0) + 1
        value = self.counted(call)
        self.emit("call", node, values=(("value", value),))
        return value

    def element(self, over: Value, node: ast.AST) -> Value:
        return self.counted(value_of("element", "", (("of", over),), self.origin(node)))

    def choice(self, node: ast.IfExp) -> Value:
        """`a if x else b` is what a name is after the branches of `if x`."""
        test, negated = self.test(node.test)
        body, orelse = (node.orelse, node.body) if negated else (node.body, node.orelse)
        before = self.counts()
        then, one = self.apart(body)
        after = self.counts()
        self.seen, self.writes, self.handled = before
        other, two = self.apart(orelse)
        self.count_at_least(after)
        if then and digest_of(then) == digest_of(other):
            self.effects += then
        elif then or other:
            self.emit("if", node, values=(("test", test),), blocks=(("then", then), ("else", other)))
        if one.digest == two.digest:
            return one
        return value_of("either", "", (("if", test), ("then", one), ("else", two)), self.origin(node))

    def apart(self, node: ast.expr) -> tuple[tuple[Effect, ...], Value]:
        """What an expression does and stands for that is only asked for sometimes."""
        outer, self.effects = self.effects, []
        value = self.value(node)
        effects, self.effects = tuple(self.effects), outer
        return effects, value

    def test(self, node: ast.expr) -> tuple[Value, bool]:
        """A condition without its negation, and whether it had one."""
        negated, written = False, node
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node, negated = node.operand, not negated
        if is_negation(node):
            node, negated = opposite(node), not negated
        if isinstance(node, ast.BoolOp) and says_no(node):
            both = ast.BoolOp(ast.And(), [opposite(operand) for operand in node.values])
            node, negated = ast.copy_location(both, node), not negated
        value = self.value(node)
        return (replace(value, origin=self.origin(written)) if negated else value), negated

    def compare(self, node: ast.Compare) -> Value:
        """Whether something is among constants does not depend on the kind of list that holds them."""
        last = node.comparators[-1]
        if isinstance(node.ops[-1], (ast.In, ast.NotIn)) and isinstance(last, (ast.List, ast.Set, ast.Tuple)) and _are_constants(last.elts):
            one_of = ast.copy_location(ast.Tuple(sorted(last.elts, key=ast.dump), ast.Load()), last)
            node = ast.copy_location(ast.Compare(node.left, node.ops, [*node.comparators[:-1], one_of]), node)
        node = constant_last(node)
        operands = [("0", self.value(node.left)), *((str(i), self.value(c)) for i, c in enumerate(node.comparators, 1))]
        return value_of("operation", " ".join(type(op).__name__ for op in node.ops), tuple(operands), self.origin(node))

    def walrus(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.bind(node.target, value, node)
        return value

    def hand_out(self, node: ast.Yield | ast.YieldFrom | ast.Await) -> Value:
        value = self.value(node.value) if node.value is not None else constant(None)
        self.emit("yield" if not isinstance(node, ast.Await) else "await", node, values=(("value", value),))
        return self.counted(value_of("received", type(node).__name__, (("of", value),)))

    def deferred(self, node: ast.Lambda) -> Value:
        return self.closure(node)

    def closure(self, node: Any) -> Value:
        env, effects, outer_unit, outer_returned, outer_depth = self.env, self.effects, self.unit, self.returned, self.depth
        held, self.held = self.held, {}  # It may be run when they are something else.
        self.env, self.effects, self.depth = dict(env), [], 0
        self.unit = Unit(self.unit.name, self.unit.path, "function", node, self.module)
        head = [] if isinstance(node, ast.ClassDef) else self.parameters(node, level=1)
        if isinstance(node, ast.Lambda):
            head.append(self.value(node.body))
        else:
            self.decorators(node)
            self.run(node.body)
        inner = tuple(self.effects) if isinstance(node, ast.ClassDef) else trimmed(self.effects, "return")
        self.env, self.effects, self.unit, self.returned, self.depth = env, effects, outer_unit, outer_returned, outer_depth
        self.held = held
        if inner:
            self.emit("definition", node, blocks=(("body", inner),))
        parts = tuple((str(i), value) for i, value in enumerate(head))
        return value_of("closure", digest_of(inner).hex() if inner else "", parts, self.origin(node))

    def decorators(self, node: FunctionNode | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            if not documents(decorator):
                self.emit("decorator", decorator, values=(("value", self.value(decorator)),))

    def parameters(self, node: FunctionNode | ast.Lambda, level: int = 0) -> list[Value]:
        """Bind the parameters to their places, and tell their defaults. Names count where something looks at them: a decorator.

        Of a function that both versions have a parameter is the same wherever it stands: that it stands elsewhere says the head.
        """
        args = node.args
        plain = [*args.posonlyargs, *args.args]
        places = [*((a, str(i)) for i, a in enumerate(plain)), *((a, f"k{i}") for i, a in enumerate(args.kwonlyargs))]
        places += [(star, mark) for star, mark in ((args.vararg, "*"), (args.kwarg, "**")) if star is not None]
        decorated = bool(getattr(node, "decorator_list", ()))
        roles = self.program.shared_roles(self.unit) if level == 0 else {}
        defaults = defaults_of(args)
        head: list[Value] = []
        bound: dict[str, Value] = {}
        for argument, place in places:
            label = f"{level}:{place}:{argument.arg}" if decorated else f"{level}:{place}"
            role = roles.get(argument.arg)
            head.append(value_of("parameter", label if role is None else f"{label}:{role}"))
            bound[argument.arg] = value_of("parameter", label if role is None else role, (), self.origin(argument))
            if argument.arg in defaults:
                self.emit("default", argument, label=place, values=(("value", self.value(defaults[argument.arg])),))
        self.env |= bound
        return head


def _are_constants(elements: list[ast.expr]) -> bool:
    return all(isinstance(element, ast.Constant) or _is_a_member(element) for element in elements)


def _is_a_member(node: ast.expr) -> bool:
    """`Task.SEGMENTATION`, as members of enumerations are written."""
    named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return named and node.attr.isupper() and node.value.id[:1].isupper()  # type: ignore[attr-defined]
