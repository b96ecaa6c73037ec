"""A definition told as its effects: local names, layout, annotations and the cutting into functions fall away.

Statements are followed in order. A name is what was assigned to it, after a branch either of both, in a loop what the round before
left. A call of a function of the same program is told with that function's body, where that can be done. Reads of attributes and
elements count what may have written them before, so that what is read later is not taken for what was read earlier.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from mlsmith.index.canonical import canonical
from mlsmith.revisions.effects import Effect, digest_of, effect
from mlsmith.revisions.program import Form, FunctionNode, Program, Unit, form_of
from mlsmith.revisions.values import Origin, Value, constant, value_of
from mlsmith.rules.kit.collect import KNOWN_LIBRARIES

_DEPTH = 4
"""How deep called functions are told with their callers"""
_SILENT = ("logging.", "loguru.", "warnings.warn", "rich.print", "pprint.")
_SILENT_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
_LOGGERS = ("logging.getLogger()", "loguru.logger")
_FOR_READERS = frozenset({"help", "description", "epilog", "metavar", "desc"})
"""Keywords whose values only people read"""
_UNDEFINED = value_of("undefined")

Env = dict[str, Value]


def evaluate(program: Program, unit: Unit) -> Form:
    """The form of a definition, or of the top of a module."""
    teller = _Teller(program, unit)
    node = unit.node
    head: list[Value] = []
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        teller.decorators(node)
        head = teller.parameters(node)
    elif isinstance(node, ast.ClassDef):
        teller.decorators(node)
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            teller.emit("base", base, values=(("value", teller.value(base)),))
    teller.run(node.body)  # type: ignore[attr-defined]
    names = dict(teller.env) if unit.kind == "module" else {}
    return form_of(teller.effects, head, teller.taken_in, type(node).__name__, names)


def tell_tops(program: Program, unit: Unit, found: dict[str, Value]) -> None:
    """Put into `found` what the names stand for that the top of a module assigns once, in the order of the file."""
    teller = _Teller(program, unit)
    bindings = [one for one, *more in unit.module.syntax.scope.bindings.values() if not more]
    for binding in sorted(bindings, key=lambda binding: binding.place):
        if binding.kind != "assign" or binding.index is not None or binding.value is None:
            continue
        if binding.name not in unit.module.syntax.global_writes:
            found[binding.name] = teller.value(binding.value)


class _Teller:
    """Follows the statements of one definition, and of the functions that are told with it."""

    def __init__(self, program: Program, unit: Unit) -> None:
        self.program = program
        self.unit = unit
        self.module = unit.module
        self.env: Env = {}
        self.effects: list[Effect] = []
        self.taken_in: set[str] = set()
        self.seen: dict[bytes, int] = {}
        self.writes: dict[str, int] = {}
        self.handled: dict[bytes, int] = {}
        self.read: set[bytes] = set()
        """Values that a round of a loop has left for the next, and that somebody read"""
        self.depth = 0
        self.returned: Value | None = None

    # the head of a function

    def decorators(self, node: FunctionNode | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.emit("decorator", decorator, values=(("value", self.value(decorator)),))

    def parameters(self, node: FunctionNode | ast.Lambda, level: int = 0) -> list[Value]:
        """Bind the parameters to their places, and tell their defaults. Names count where something looks at them: a decorator."""
        args = node.args
        plain = [*args.posonlyargs, *args.args]
        places = [*((a, str(i)) for i, a in enumerate(plain)), *((a, f"k{i}") for i, a in enumerate(args.kwonlyargs))]
        places += [(star, mark) for star, mark in ((args.vararg, "*"), (args.kwarg, "**")) if star is not None]
        decorated = bool(getattr(node, "decorator_list", ()))
        defaults = _defaults(args)
        head: list[Value] = []
        for argument, place in places:
            label = f"{level}:{place}:{argument.arg}" if decorated else f"{level}:{place}"
            head.append(value_of("parameter", label))
            if argument.arg in defaults:
                self.emit("default", argument, label=place, values=(("value", self.value(defaults[argument.arg])),))
        for argument, place in places:
            label = f"{level}:{place}:{argument.arg}" if decorated else f"{level}:{place}"
            self.env[argument.arg] = value_of("parameter", label, (), self.origin(argument))
        return head

    # statements

    def run(self, body: list[ast.stmt]) -> None:
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                self.emit("statement", statement, label=ast.dump(statement))

    def block(self, body: list[ast.stmt], env: Env | None = None) -> tuple[tuple[Effect, ...], Env, bool]:
        """The effects of a run of statements told apart, what it leaves assigned, and whether it leaves for elsewhere."""
        outer_env, outer_effects = self.env, self.effects
        self.env, self.effects = dict(outer_env if env is None else env), []
        self.run(body)
        effects, left = tuple(self.effects), self.env
        self.env, self.effects = outer_env, outer_effects
        return effects, left, _leaves(body)

    def assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value, node)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value), node)
        elif self.unit.kind == "class" and self.depth == 0 and isinstance(node.target, ast.Name):
            self.emit("field", node, label=f"{node.target.id}: {ast.unparse(node.annotation)}")

    def augmented(self, node: ast.AugAssign) -> None:
        before = self.value(_as_load(node.target))
        value = value_of(
            "operation", f"{type(node.op).__name__}=", (("left", before), ("right", self.value(node.value))), self.origin(node)
        )
        self.bind(node.target, value, node)

    def bind(self, target: ast.expr, value: Value, node: ast.AST) -> None:
        if isinstance(target, ast.Name):
            self.bind_name(target.id, value, node)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = [inner for role, inner in value.parts if role != "nth"] if value.kind in ("Tuple", "List") else []
            whole = len(parts) == len(target.elts) and not any(isinstance(e, ast.Starred) for e in target.elts)
            for number, element in enumerate(target.elts):
                place = self.origin(element)
                part = parts[number] if whole else value_of("unpacked", f"{number} of {len(target.elts)}", (("of", value),), place)
                self.bind(element.value if isinstance(element, ast.Starred) else element, part, node)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value)
            self.emit("store", node, label=f".{target.attr}", values=(("of", owner), ("value", value)))
            self.wrote(f".{target.attr}")
        elif isinstance(target, ast.Subscript):
            owner, index = self.value(target.value), self.value(target.slice)
            self.emit("store", node, label="[]", values=(("of", owner), ("at", index), ("value", value)))
            self.wrote("[]")

    def bind_name(self, name: str, value: Value, node: ast.AST) -> None:
        self.env[name] = value
        top = self.depth == 0 and self.unit.kind in ("class", "module")
        shared = self.depth == 0 and name in self.module.syntax.global_writes
        if (top and self.unit.kind == "class") or shared or (top and not self.is_plain(name)):
            self.emit("store", node, label=name, values=(("value", value),))

    def is_plain(self, name: str) -> bool:
        """Whether a name of a module's top is assigned once: whoever reads it is told with its value."""
        bindings = self.module.syntax.scope.bindings.get(name, ())
        return len(bindings) == 1 and name not in self.module.syntax.global_writes

    def branch(self, node: ast.If) -> None:
        if self.unit.kind == "module" and _is_script_guard(node):
            self.run(node.body)  # What the file does when it is run.
            return
        test, body, orelse = self.value(node.test), node.body, node.orelse
        if test.kind == "operation" and test.label == "Not":
            test, body, orelse = test.parts[0][1], orelse, body
        then, then_env, then_leaves = self.block(body)
        other, other_env, other_leaves = self.block(orelse)
        self.merge(test, then_env, then_leaves, other_env, other_leaves, node)
        if then or other:
            self.emit("if", node, values=(("test", test),), blocks=(("then", then), ("else", other)))

    def merge(self, test: Value, then: Env, then_leaves: bool, other: Env, other_leaves: bool, node: ast.AST) -> None:
        if then_leaves != other_leaves:
            self.env = other if then_leaves else then
            return
        merged = dict(then)
        for name in {**then, **other}:
            one, two = then.get(name, _UNDEFINED), other.get(name, _UNDEFINED)
            if one.digest != two.digest:
                merged[name] = value_of("either", "", (("if", test), ("then", one), ("else", two)), self.origin(node))
        self.env = merged

    def for_loop(self, node: ast.For | ast.AsyncFor) -> None:
        over = self.value(node.iter)
        self.loop(node, ("over", over), lambda: self.bind(node.target, self.element(over, node.target), node))

    def while_loop(self, node: ast.While) -> None:
        self.loop(node, None, None)

    def element(self, over: Value, node: ast.AST) -> Value:
        return self.counted(value_of("element", "", (("of", over),), self.origin(node)))

    def loop(self, node: Any, over: tuple[str, Value] | None, begin: Callable[[], None] | None) -> None:
        """Names that a round leaves for the next are told by what they start from and how they go on."""
        assigned = _assigned(node)
        outer_env, outer_effects = self.env, self.effects
        carried: dict[str, Value] = {}
        same: dict[bytes, int] = {}
        for name in assigned:
            start = outer_env.get(name)
            if start is not None:
                number = same[start.digest] = same.get(start.digest, 0) + 1
                carried[name] = value_of("carried", str(number), (("from", start),), start.origin)
        self.env, self.effects = {**outer_env, **carried}, []
        values: list[tuple[str, Value]] = [over] if over is not None else []
        if begin is not None:
            begin()
        if isinstance(node, ast.While):
            values.append(("test", self.value(node.test)))
        self.run(node.body)
        body, left = tuple(self.effects), self.env
        self.env, self.effects = outer_env, outer_effects
        read = [name for name, value in carried.items() if value.digest in self.read]
        values += [(f"next {carried[name].digest.hex()}", left[name]) for name in sorted(read, key=lambda name: carried[name].digest)]
        rest, _, _ = self.block(node.orelse)
        self.emit("loop", node, label=type(node).__name__, values=tuple(values), blocks=(("body", body), ("else", rest)))
        after = value_of("after", self.effects[-1].digest.hex())
        for name in assigned:
            final = left.get(name, _UNDEFINED)
            self.env[name] = value_of(
                "after", "", (("loop", after), ("last", final), ("from", outer_env.get(name, _UNDEFINED))), final.origin
            )

    def with_block(self, node: ast.With | ast.AsyncWith) -> None:
        entered: list[tuple[str, Value]] = []
        for number, item in enumerate(node.items):
            context = self.value(item.context_expr)
            entered.append((str(number), context))
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value_of("entered", "", (("of", context),), context.origin), node)
        body, left, _ = self.block(node.body)
        self.env = left
        self.emit("with", node, values=tuple(entered), blocks=(("body", body),))

    def attempt(self, node: Any) -> None:
        before = dict(self.env)
        body, left, body_leaves = self.block(node.body)
        rest, left, _ = self.block(node.orelse, left)
        blocks = [("body", body), ("else", rest)]
        ends = [] if body_leaves else [left]
        for number, handler in enumerate(node.handlers):
            label = "" if handler.type is None else self.value(handler.type).digest.hex()
            env = {**before, **({handler.name: value_of("caught", label)} if handler.name else {})}
            effects, caught_env, leaves = self.block(handler.body, env)
            blocks.append((f"except {number} {label}", effects))
            ends += [] if leaves else [caught_env]
        self.env = self.joined(ends, node) if ends else left
        last, left, _ = self.block(node.finalbody)
        self.env = left
        self.emit("try", node, blocks=(*blocks, ("finally", last)))

    def joined(self, ends: list[Env], node: ast.AST) -> Env:
        merged = dict(ends[0])
        for name in {name for env in ends for name in env}:
            found = [env.get(name, _UNDEFINED) for env in ends]
            if len({value.digest for value in found}) > 1:
                merged[name] = value_of("either", "try", tuple((str(i), value) for i, value in enumerate(found)), self.origin(node))
        return merged

    def choose(self, node: ast.Match) -> None:
        subject = self.value(node.subject)
        blocks = []
        for case in node.cases:
            effects, left, _ = self.block(case.body)
            blocks.append((ast.dump(case.pattern) + (ast.dump(case.guard) if case.guard else ""), effects))
            self.env = left
        self.emit("match", node, values=(("of", subject),), blocks=tuple(blocks))

    def give_back(self, node: ast.Return) -> None:
        value = self.value(node.value) if node.value is not None else constant(None)
        if self.depth and self.returned is None:
            self.returned = value
            return
        self.emit("return", node, values=(("value", value),))

    def throw(self, node: ast.Raise) -> None:
        parts = (("exception", node.exc), ("cause", node.cause))
        self.emit("raise", node, values=tuple((role, self.value(part)) for role, part in parts if part is not None))

    def insist(self, node: ast.Assert) -> None:
        self.emit("assert", node, values=(("test", self.value(node.test)),))

    def forget(self, node: ast.Delete) -> None:
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self.emit("delete", node, values=(("value", self.value(_as_load(target))),))
                self.wrote(f".{target.attr}" if isinstance(target, ast.Attribute) else "[]")

    def say(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def leave(self, node: ast.stmt) -> None:
        self.emit(type(node).__name__.lower(), node)

    def define(self, node: Any) -> None:
        """A definition inside a function is a value; one of a module or class is a unit of its own, called by whoever calls it."""
        top = self.depth == 0 and self.unit.kind in ("module", "class")
        if top:
            return
        self.env[node.name] = self.closure(node)

    def closure(self, node: Any) -> Value:
        env, effects, outer_unit, outer_returned, outer_depth = self.env, self.effects, self.unit, self.returned, self.depth
        self.env, self.effects, self.depth = dict(env), [], 0
        self.unit = Unit(self.unit.name, self.unit.path, "function", node, self.module)
        head = [] if isinstance(node, ast.ClassDef) else self.parameters(node, level=1)
        if isinstance(node, ast.Lambda):
            head.append(self.value(node.body))
        else:
            self.decorators(node)
            self.run(node.body)
        inner = tuple(self.effects)
        self.env, self.effects, self.unit, self.returned, self.depth = env, effects, outer_unit, outer_returned, outer_depth
        if inner:
            self.emit("definition", node, blocks=(("body", inner),))
        parts = tuple((str(i), value) for i, value in enumerate(head))
        return value_of("closure", digest_of(inner).hex() if inner else "", parts, self.origin(node))

    def bring_in(self, node: ast.Import | ast.ImportFrom) -> None:
        """An import matters by itself only where nothing that it brings is used: for what it does when it is imported."""
        if self.depth or self.unit.kind != "module":
            return
        scope = self.module.syntax.scope
        for alias in node.names:
            name = (alias.asname or alias.name).partition(".")[0]
            if name == "*" or (name not in self.module.syntax.mentioned and not self.is_called(name) and name in scope.bindings):
                module = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
                if module.partition(".")[0] not in KNOWN_LIBRARIES:
                    self.emit("import", node, label=f"{module} {alias.name}")

    def is_called(self, name: str) -> bool:
        return name in self.module.syntax.names

    # values

    def value(self, node: ast.expr) -> Value:
        handler = _EXPRESSIONS.get(type(node))
        return handler(self, node) if handler is not None else self.made_of(node)

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
                        parts.append((f"{name}{number}", _UNDEFINED))
                    else:
                        label.append(type(element).__name__)
            elif isinstance(inner, ast.operator | ast.unaryop | ast.boolop):
                label.append(type(inner).__name__)
            elif not isinstance(inner, ast.AST) and inner is not None:
                label.append(repr(inner))
        return value_of("operation" if label else type(node).__name__, " ".join(label), tuple(parts), self.origin(node))

    def container(self, node: ast.List | ast.Dict | ast.Set) -> Value:
        """Two empty lists are two: what is put into the one is not in the other."""
        return self.counted(self.made_of(node))

    def literal(self, node: ast.Constant) -> Value:
        return constant(node.value, self.origin(node))

    def name_read(self, node: ast.Name) -> Value:
        known = self.env.get(node.id)
        if known is not None:
            if known.kind == "carried":
                self.read.add(known.digest)
            return known
        return self.from_outside(node)

    def from_outside(self, node: ast.Name) -> Value:
        """What a name means that this definition does not assign: a definition, a constant of the module, or a library's object."""
        names = self.module.resolver.names(node)
        unit = self.program.definition_named(self.module, names) if self.binding_kind(node.id) in ("def", "class", "import") else None
        if unit is not None:
            return self.program.stand_in(unit)
        if self.is_plain(node.id):
            known = self.program.tops(self.module).get(node.id)
            if known is not None:
                return known
        if self.binding_kind(node.id) in ("import", "") and len(names) == 1:
            return value_of("name", names[0], (), self.origin(node))
        return value_of("global", node.id, (), self.origin(node))

    def binding_kind(self, name: str) -> str:
        bindings = self.module.syntax.scope.bindings.get(name, ())
        return bindings[0].kind if bindings else ""

    def attribute(self, node: ast.Attribute) -> Value:
        owner = self.value(node.value)
        if owner.kind == "name":
            return value_of("name", canonical(f"{owner.label}.{node.attr}"), (), self.origin(node))
        version = self.writes.get(f".{node.attr}", 0), self.handled.get(_root(owner).digest, 0)
        return value_of("attribute", node.attr, (("of", owner), *_versioned(version)), self.origin(node))

    def subscript(self, node: ast.Subscript) -> Value:
        owner = self.value(node.value)
        index = self.value(node.slice)
        version = self.writes.get("[]", 0), self.handled.get(_root(owner).digest, 0)
        return value_of("item", "", (("of", owner), ("at", index), *_versioned(version)), self.origin(node))

    def call(self, node: ast.Call) -> Value:
        names = self.module.resolver.names(node.func)
        if "typing.cast" in names and len(node.args) == 2:
            return self.value(node.args[1])
        unit = self.program.function_named(self.module, names) if not self.is_local(node.func) else None
        if unit is not None:
            told = self.tell_with(node, unit)
            if told is not None:
                return told
        func = self.callee(node.func, unit)
        parts = [("func", func)]
        positional = self.bound_names(unit, node)
        for number, argument in enumerate(node.args):
            star = isinstance(argument, ast.Starred)
            parts.append((f"*{number}" if star else str(number), self.value(argument.value if star else argument)))  # type: ignore[attr-defined]
        listed = [k for k in node.keywords if k.arg not in _FOR_READERS]
        keywords = [(positional.get(k.arg, k.arg) if k.arg else f"**{i}", self.value(k.value)) for i, k in enumerate(listed)]
        value = value_of("call", "", (*parts, *sorted(keywords, key=lambda pair: pair[0])), self.origin(node))
        if self.is_silent(value, names):
            return value
        for root in {_root(inner).digest for _, inner in value.parts}:
            self.handled[root] = self.handled.get(root, 0) + 1
        value = self.counted(value)
        self.emit("call", node, values=(("value", value),))
        return value

    def callee(self, func: ast.expr, unit: Unit | None) -> Value:
        if unit is None:
            return self.value(func)
        stand_in = self.program.stand_in(unit)
        if isinstance(func, ast.Attribute):
            owner = self.value(func.value)
            return value_of("bound", "", (("of", owner), ("is", stand_in)), self.origin(func))
        return stand_in

    def bound_names(self, unit: Unit | None, node: ast.Call) -> dict[str | None, str]:
        """Keyword → position of a parameter of a function of the program: parameters may be renamed."""
        if unit is None or not isinstance(unit.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return {}
        plain = [a.arg for a in (*unit.node.args.posonlyargs, *unit.node.args.args)]
        shift = 1 if isinstance(node.func, ast.Attribute) and plain[:1] in (["self"], ["cls"]) else 0
        places: dict[str | None, str] = {name: str(i - shift) for i, name in enumerate(plain)}
        places.update({a.arg: f"k{i}" for i, a in enumerate(unit.node.args.kwonlyargs)})
        return places

    def is_local(self, func: ast.expr) -> bool:
        return isinstance(func, ast.Name) and func.id in self.env

    def is_silent(self, value: Value, names: tuple[str, ...]) -> bool:
        """Telling people something is no behaviour of a model."""
        callee = value.callee
        if callee == "print" or callee.startswith(_SILENT) or any(name.startswith(_LOGGERS) for name in names):
            return True
        func = value.parts[0][1]
        if func.kind != "attribute" or func.label not in _SILENT_METHODS:
            return False
        return func.parts[0][1].label.rpartition(".")[2].strip("_").lower() in ("logger", "log")

    def tell_with(self, node: ast.Call, unit: Unit) -> Value | None:
        """Tell a called function's body in the caller's place; None where that cannot be done faithfully."""
        function = unit.node
        if self.depth >= _DEPTH or self.program.is_busy(unit) or not isinstance(function, ast.FunctionDef) or not _is_simple(function):
            return None
        plain = [*function.args.posonlyargs, *function.args.args]
        given: Env = {}
        owner: Value | None = None
        if isinstance(node.func, ast.Attribute) and plain and plain[0].arg in ("self", "cls"):
            owner = self.value(node.func.value)
        names = [a.arg for a in plain][1 if owner is not None else 0 :]
        if len(node.args) > len(names) or any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            return None
        for name, argument in zip(names, node.args, strict=False):
            given[name] = self.value(argument)
        for keyword in node.keywords:
            given[str(keyword.arg)] = self.value(keyword.value)
        if owner is not None:
            given[plain[0].arg] = owner
        return self.inside(unit, function, given)

    def inside(self, unit: Unit, function: ast.FunctionDef, given: Env) -> Value | None:
        outer = (self.env, self.module, self.unit, self.returned, self.depth)
        defaults = _defaults(function.args)
        self.env, self.module, self.unit, self.returned, self.depth = {}, unit.module, unit, None, self.depth + 1
        self.program._busy.add(unit.name)
        try:
            for name in (a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)):
                default = defaults.get(name)
                self.env[name] = given[name] if name in given else self.value(default) if default is not None else _UNDEFINED
            self.run(function.body)
            result = self.returned or constant(None)
        finally:
            self.program._busy.discard(unit.name)
            self.env, self.module, self.unit, self.returned, self.depth = outer
        self.taken_in.add(unit.name)
        return result

    def comprehension(self, node: Any) -> Value:
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

    def compare(self, node: ast.Compare) -> Value:
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

    # bookkeeping

    def counted(self, value: Value) -> Value:
        """The second time that the same is asked may give another answer."""
        number = self.seen[value.digest] = self.seen.get(value.digest, 0) + 1
        if number == 1:
            return value
        return value_of(value.kind, value.label, (*value.parts, ("nth", constant(number))), value.origin)

    def wrote(self, what: str) -> None:
        self.writes[what] = self.writes.get(what, 0) + 1

    def emit(
        self, kind: str, node: ast.AST, *, label: str = "", values: tuple[tuple[str, Value], ...] = (),
        blocks: Iterable[tuple[str, tuple[Effect, ...]]] = (),
    ) -> None:  # fmt: skip
        self.effects.append(effect(kind, self.origin(node), label=label, values=values, blocks=tuple(blocks)))

    def origin(self, node: ast.AST) -> Origin:
        return Origin(self.module.path, self.unit.symbol, node)


def _versioned(version: tuple[int, int]) -> tuple[tuple[str, Value], ...]:
    return (("version", constant(version)),) if version != (0, 0) else ()


def _root(value: Value) -> Value:
    """The object at the bottom of `x.a[0].b`."""
    while value.kind in ("attribute", "item", "bound") and value.parts:
        value = value.parts[0][1]
    return value


def _leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def _assigned(node: ast.AST) -> list[str]:
    """Names that a loop assigns, in source order."""
    found: dict[str, None] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found[inner.id] = None
    return sorted(found, key=lambda name: _first_place(node, name))


def _first_place(node: ast.AST, name: str) -> tuple[int, int]:
    return min((n.lineno, n.col_offset) for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name)


def _is_simple(function: ast.FunctionDef) -> bool:
    """Whether a body can be told in the caller's place: one return, at the end; no decorator, generator, star or own scope games."""
    if function.decorator_list or function.args.vararg or function.args.kwarg:
        return False
    for inner in ast.walk(function):
        if isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)):
            return False
        if isinstance(inner, ast.Return) and inner is not function.body[-1]:
            return False
    return True


def _defaults(args: ast.arguments) -> dict[str, ast.expr]:
    plain = [*args.posonlyargs, *args.args]
    found = {a.arg: d for a, d in zip(plain[len(plain) - len(args.defaults) :], args.defaults, strict=True)}
    found.update({a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None})
    return found


def _is_script_guard(node: ast.If) -> bool:
    test = node.test
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__" and not node.orelse


def _as_load(target: Any) -> ast.expr:
    return target  # type: ignore[no-any-return]


def _nothing(teller: _Teller, node: Any) -> None:
    return None


_STATEMENTS: dict[type, Callable[[_Teller, Any], None]] = {
    ast.Assign: _Teller.assign, ast.AnnAssign: _Teller.annotated, ast.AugAssign: _Teller.augmented, ast.If: _Teller.branch,
    ast.For: _Teller.for_loop, ast.AsyncFor: _Teller.for_loop, ast.While: _Teller.while_loop, ast.With: _Teller.with_block,
    ast.AsyncWith: _Teller.with_block, ast.Try: _Teller.attempt, ast.TryStar: _Teller.attempt, ast.Match: _Teller.choose,
    ast.Return: _Teller.give_back, ast.Raise: _Teller.throw, ast.Assert: _Teller.insist, ast.Delete: _Teller.forget,
    ast.Expr: _Teller.say, ast.Break: _Teller.leave, ast.Continue: _Teller.leave, ast.FunctionDef: _Teller.define,
    ast.AsyncFunctionDef: _Teller.define, ast.ClassDef: _Teller.define, ast.Import: _Teller.bring_in, ast.ImportFrom: _Teller.bring_in,
    ast.Pass: _nothing, ast.Global: _nothing, ast.Nonlocal: _nothing,
}  # fmt: skip
_EXPRESSIONS: dict[type, Callable[[_Teller, Any], Value]] = {
    ast.Constant: _Teller.literal, ast.Name: _Teller.name_read, ast.Attribute: _Teller.attribute, ast.Subscript: _Teller.subscript,
    ast.List: _Teller.container, ast.Dict: _Teller.container, ast.Set: _Teller.container, ast.Call: _Teller.call,
    ast.ListComp: _Teller.comprehension, ast.SetComp: _Teller.comprehension, ast.DictComp: _Teller.comprehension,
    ast.GeneratorExp: _Teller.comprehension, ast.Compare: _Teller.compare, ast.NamedExpr: _Teller.walrus, ast.Yield: _Teller.hand_out,
    ast.YieldFrom: _Teller.hand_out, ast.Await: _Teller.hand_out, ast.Lambda: _Teller.deferred,
}  # fmt: skip
