"""A definition told as its effects: local names, layout, annotations and the cutting into functions fall away.

Statements are followed in order. A name is what was assigned to it, after a branch either of both, in a loop what the round before
left. A call of a function of the same program is told with that function's body, where that can be done. Reads of attributes and
elements count what may have written them before, so that what is read later is not taken for what was read earlier.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mlsmith.index.scopes import last_word
from mlsmith.revisions.annotations import plain_annotation
from mlsmith.revisions.calls import OF_A_DISTRIBUTION, Calls
from mlsmith.revisions.constants import constant_named
from mlsmith.revisions.documentation import is_a_docstring
from mlsmith.revisions.effects import digest_of
from mlsmith.revisions.guards import trimmed
from mlsmith.revisions.program import Form, Program, Unit, form_of
from mlsmith.revisions.spellings import as_one_branch
from mlsmith.revisions.telling import UNDEFINED, Env, does_nothing, leaves, root_of
from mlsmith.revisions.values import Value, constant, value_of
from mlsmith.rules.kit.collect import KNOWN_LIBRARIES


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
        plain = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "object")]  # every class has that
        for base in (*plain, *(keyword.value for keyword in node.keywords)):
            teller.emit("base", base, values=(("value", teller.value(base)),))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and does_nothing(node):
        return form_of((), (), (), type(node).__name__)
    if not (unit.last == "__repr__" and unit.name.count(".") > 1):
        teller.run(node.body)  # type: ignore[attr-defined]
    names = {**teller.constants_taken(), **teller.env} if unit.kind == "module" else {}
    effects = trimmed(teller.effects, "return") if unit.kind == "function" else teller.effects
    return form_of(effects, head, teller.taken_in, type(node).__name__, names)


def tell_tops(program: Program, unit: Unit, found: dict[str, Value]) -> None:
    """Put into `found` what the names stand for that the top of a module assigns once, in the order of the file."""
    teller = _Teller(program, unit)
    bindings = [one for one, *more in unit.module.syntax.scope.bindings.values() if not more]
    for binding in sorted(bindings, key=lambda binding: binding.place):
        if binding.kind != "assign" or binding.index is not None or binding.value is None:
            continue
        if binding.name not in unit.module.syntax.global_writes:
            about = _is_about_it(binding.name) or is_a_docstring(binding.name, binding.value)
            found[binding.name] = _ABOUT if about else teller.value(binding.value)


_HARMLESS = frozenset(
    {"hydra", "omegaconf", "absl", "wandb", "rich", "yaml", "typing_extensions", "mediapy", "gin", "click", "typer", "dotenv"}
)
"""Libraries that do nothing by being imported, beside those that the rules know"""
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_IS_RUN = ("__name__ == '__main__'", "'__main__' == __name__")
_MADE_OF_FIELDS = ("Model", "Settings", "Schema", "Struct", "Tuple", "Dict", "Config", "Module", "Table")
"""Ends of the names of classes that read the types in the bodies of their heirs"""
OF_A_FILE = frozenset(
    {"__version__", "__author__", "__email__", "__license__", "__copyright__", "__credits__", "__maintainer__", "__date__", "__all__"}
)
"""Names at the top of a module by which people and import statements know it"""
_ABOUT = value_of("about", "the package")


def _is_about_it(name: str) -> bool:
    """Whether a name says which version this is and whose: part of messages, and of what is sent along with them."""
    return name in OF_A_FILE and name != "__all__"


class _Teller(Calls):
    """Follows the statements of one definition, and of the functions that are told with it."""

    def assign(self, node: ast.Assign) -> None:
        if all(isinstance(target, ast.Name) and is_a_docstring(target.id, node.value) for target in node.targets):
            self.env |= {target.id: _ABOUT for target in node.targets if isinstance(target, ast.Name)}
            return
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value, node)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value), node)
        elif self.unit.kind == "class" and self.depth == 0 and isinstance(node.target, ast.Name) and not _is_for_checkers(self.unit.node):
            annotation = constant(plain_annotation(node.annotation), self.origin(node.annotation))
            self.emit("field", node, label=node.target.id, values=(("annotation", annotation),))

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
            name = self.program.attribute(target, self.unit)
            self.emit("store", node, label=f".{name}", values=(("of", owner), ("value", value)))
            self.wrote(f".{name}")
            if value.kind == "parameter" and not self.depth and name == target.attr and self.is_kept(target, node):
                version = self.writes.get(f".{name}", 0), self.handled.get(root_of(owner).digest, 0)
                self.held[name] = (version, value)
        elif isinstance(target, ast.Subscript):
            owner, index = self.value(target.value), self.value(target.slice)
            self.emit("store", node, label="[]", values=(("of", owner), ("at", index), ("value", value)))
            self.wrote("[]")

    def is_kept(self, target: ast.Attribute, node: ast.AST) -> bool:
        """Whether `self.x = x` stands on its own in a method that writes that nowhere else, of a class that only keeps it."""
        body = getattr(self.unit.node, "body", [])
        owner = getattr(self.unit.node, "up", None)
        defined = [getattr(one, "name", "") for one in owner.body] if isinstance(owner, ast.ClassDef) else [target.attr]
        if (
            not isinstance(target.value, ast.Name)
            or target.value.id != "self"
            or node not in body
            or {target.attr, "__setattr__"} & {*defined}
        ):
            return False
        nodes = (one for statement in body for one in ast.walk(statement))
        return sum(isinstance(one, ast.Attribute) and one.attr == target.attr and not isinstance(one.ctx, ast.Load) for one in nodes) == 1

    def bind_name(self, name: str, value: Value, node: ast.AST) -> None:
        if self.unit.kind == "module" and self.module.path.endswith("setup.py") and name.lower() in OF_A_DISTRIBUTION:
            value = value_of("about", name.lower())  # Of the package, and nothing that it does.
        if isinstance(node, _COMPREHENSIONS):
            self.env[name] = value  # Nobody outside of it can read that.
            return
        top = self.depth == 0 and self.unit.kind in ("class", "module")
        self.env[name] = _ABOUT if top and _is_about_it(name) else value
        shared = self.depth == 0 and name in self.module.syntax.global_writes
        if top and name in OF_A_FILE:
            return
        if (top and self.unit.kind == "class") or shared or (top and not self.is_plain(name)):
            known = self.program.attributes.get(self.unit.name, {}).get(name, name) if self.unit.kind == "class" else name
            self.emit("store", node, label=known, values=(("value", value),))

    def branch(self, node: ast.If) -> None:
        if self.unit.kind == "module" and _is_script_guard(node):
            self.run(node.body)  # What the file does when it is run.
            return
        if last_word(node.test) == "TYPE_CHECKING":
            self.run(node.orelse)
            return
        node = as_one_branch(node)
        test, negated = self.test(node.test)
        body, orelse = (node.orelse, node.body) if negated else (node.body, node.orelse)
        if (leaves(body) and orelse) or (leaves(orelse) and body):
            # Of the branch that leaves nothing comes back: the other one is what follows.
            leaving, staying = ("then", orelse) if leaves(body) else ("else", body)
            effects, _, _ = self.block(body if leaving == "then" else orelse)
            blocks = (("then", effects if leaving == "then" else ()), ("else", effects if leaving == "else" else ()))
            self.emit("if", node, values=(("test", test),), blocks=blocks)
            self.run(staying)
            return
        before = self.counts()
        then, then_env, then_leaves = self.block(body)
        after = self.counts()
        self.seen, self.writes, self.handled = before
        other, other_env, other_leaves = self.block(orelse)
        self.count_at_least(after)
        self.merge(test, then_env, then_leaves, other_env, other_leaves, node)
        if then and digest_of(then) == digest_of(other):
            self.effects += then  # Whatever the test says, and what it calls has been told.
        elif then or other:
            self.emit("if", node, values=(("test", test),), blocks=(("then", then), ("else", other)))

    def merge(self, test: Value, then: Env, then_leaves: bool, other: Env, other_leaves: bool, node: ast.AST) -> None:
        if then_leaves != other_leaves:
            self.env = other if then_leaves else then
            return
        merged = dict(then)
        for name in {**then, **other}:
            one, two = then.get(name, UNDEFINED), other.get(name, UNDEFINED)
            if one.digest != two.digest:
                merged[name] = value_of("either", "", (("if", test), ("then", one), ("else", two)), self.origin(node))
        self.env = merged

    def for_loop(self, node: ast.For | ast.AsyncFor) -> None:
        over = self.value(node.iter)
        self.loop(node, ("over", over), lambda: self.bind(node.target, self.element(over, node.target), node))

    def while_loop(self, node: ast.While) -> None:
        self.loop(node, None, None)

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
        held, self.held = self.held, {}  # A round may change what the next one reads.
        values: list[tuple[str, Value]] = [over] if over is not None else []
        if begin is not None:
            begin()
        if isinstance(node, ast.While):
            values.append(("test", self.value(node.test)))
        self.left_with.append([])
        self.run(node.body)
        ends = self.left_with.pop()
        body, left = trimmed(self.effects, "continue"), self.env
        self.env, self.effects, self.held = outer_env, outer_effects, held
        read = [name for name, value in carried.items() if value.digest in self.read]
        values += [(f"next {carried[name].digest.hex()}", left[name]) for name in sorted(read, key=lambda name: carried[name].digest)]
        values += [
            (f"left {number} with {carried[name].digest.hex()}", value)
            for name in sorted(read, key=lambda name: carried[name].digest)
            for number, value in enumerate(_others([env[name] for env in ends if name in env], carried[name], left[name]))
        ]
        rest, _, _ = self.block(node.orelse)
        if not (body or rest or carried) and over is not None and _is_a_look(node.iter):
            self.effects = [one for one in self.effects if one.origin.node is not node.iter]
            return  # All that it did was printed.
        self.emit("loop", node, label=type(node).__name__, values=tuple(values), blocks=(("body", body), ("else", rest)))
        after = value_of("after", self.effects[-1].digest.hex())
        for name in assigned:
            final = left.get(name, UNDEFINED)
            self.env[name] = value_of(
                "after", "", (("loop", after), ("last", final), ("from", outer_env.get(name, UNDEFINED))), final.origin
            )

    def with_block(self, node: ast.With | ast.AsyncWith) -> None:
        entered: list[tuple[str, Value]] = []
        body, items = node.body, list(node.items)
        while len(body) == 1 and type(body[0]) is type(node):  # One inside the other, and nothing beside it.
            items += body[0].items
            body = body[0].body
        for number, item in enumerate(items):
            context = self.value(item.context_expr)
            entered.append((str(number), context))
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value_of("entered", "", (("of", context),), context.origin), node)
        inside, left, _ = self.block(body)
        self.env = left
        self.emit("with", node, values=tuple(entered), blocks=(("body", inside),))

    def attempt(self, node: Any) -> None:
        before = dict(self.env)
        body, left, body_leaves = self.block(node.body)
        rest, left, _ = self.block(node.orelse, left)
        blocks = [("body", body), ("else", rest)]
        ends = [] if body_leaves else [left]
        for number, handler in enumerate(node.handlers):
            label = "" if handler.type is None else self.value(handler.type).digest.hex()
            env = {**before, **({handler.name: value_of("caught", label)} if handler.name else {})}
            effects, caught_env, has_left = self.block(handler.body, env)
            blocks.append((f"except {number} {label}", effects))
            ends += [] if has_left else [caught_env]
        self.env = self.joined(ends, node) if ends else left
        last, left, _ = self.block(node.finalbody)
        self.env = left
        self.emit("try", node, blocks=(*blocks, ("finally", last)))

    def joined(self, ends: list[Env], node: ast.AST) -> Env:
        merged = dict(ends[0])
        for name in {name for env in ends for name in env}:
            found = [env.get(name, UNDEFINED) for env in ends]
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
        if self.left_with and isinstance(node, (ast.Continue, ast.Break)):
            self.left_with[-1].append(dict(self.env))

    def define(self, node: Any) -> None:
        """A definition inside a function is a value; one of a module or class is a unit of its own, called by whoever calls it."""
        top = self.depth == 0 and self.unit.kind in ("module", "class")
        if top:
            return
        self.env[node.name] = self.closure(node)

    def bring_in(self, node: ast.Import | ast.ImportFrom) -> None:
        """An import matters by itself only where nothing that it brings is used: for what it does when it is imported."""
        if self.depth or self.unit.kind != "module":
            return
        scope = self.module.syntax.scope
        for alias in node.names:
            name = (alias.asname or alias.name).partition(".")[0]
            if name == "*" or (name not in self.module.syntax.mentioned and not self.is_called(name) and name in scope.bindings):
                module = self.absolute(node) if isinstance(node, ast.ImportFrom) else alias.name
                taken = isinstance(node, ast.ImportFrom) and name != "*" and not self.is_for_its_own_sake(node)
                taken = taken or (isinstance(node, ast.Import) and alias.asname is not None)
                known = module.partition(".")[0] in KNOWN_LIBRARIES or module.partition(".")[0] in _HARMLESS
                if not (known or taken or (name != "*" and self.is_brought_in(module))):
                    self.emit("import", node, label=self.program.common_name(module, self.module))
                    break  # However many names it brings, it is run once.

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted name of the module that an import takes names from."""
        if not node.level:
            return node.module or ""
        package = self.module.name.split(".") if self.module.path.endswith("__init__.py") else self.module.name.split(".")[:-1]
        kept = package[: len(package) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def constants_taken(self) -> dict[str, Value]:
        """What names stand for that the module only hands on: it may have assigned them itself before, and nobody who reads them has changed."""
        found: dict[str, Value] = {}
        for name, bindings in self.module.syntax.scope.bindings.items():
            names = self.module.resolver.names_of_binding(bindings[0]) if bindings[0].kind == "import" and len(bindings) == 1 else ()
            is_read = name in self.module.syntax.mentioned
            held = constant_named(self.program, names[0], self.module) if len(names) == 1 and not is_read else None
            if held is not None:
                found[name] = replace(held, origin=self.origin(bindings[0].node))
        return found

    def is_for_its_own_sake(self, node: ast.ImportFrom) -> bool:
        """Whether something is taken out of a module for what running that module does: in a package, or marked as meant."""
        line = self.module.source.lines[node.lineno - 1]
        return self.module.path.endswith("__init__.py") or node.module is None or "noqa" in line or "pylint" in line or "isort" in line

    def is_brought_in(self, module: str) -> bool:
        """Whether something else of that module is imported and used, so that it is run all the same."""
        imports = [node for node in self.unit.node.body if isinstance(node, ast.ImportFrom)]  # type: ignore[attr-defined]
        used = self.module.syntax.mentioned
        return any((node.module or "") == module and any((a.asname or a.name) in used for a in node.names) for node in imports)

    def is_called(self, name: str) -> bool:
        return name in self.module.syntax.names


def _is_for_checkers(node: Any) -> bool:
    """Whether the types in a class body are read by nobody: it has a constructor of its own, and no base or decorator that makes one of them."""
    bases = [last_word(base) for base in node.bases]
    return (
        not node.decorator_list
        and not node.keywords
        and any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body)
        and not any(base.endswith(_MADE_OF_FIELDS) for base in bases)
    )


def _others(values: list[Value], before: Value, after: Value) -> list[Value]:
    """Each value once with which a round was left early, other than those that it began with and that its end has."""
    found = {value.digest: value for value in values if value.digest not in (before.digest, after.digest)}
    return [found[digest] for digest in sorted(found)]


def _assigned(node: ast.AST) -> list[str]:
    """Names that a loop assigns, in source order."""
    found: dict[str, None] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found[inner.id] = None
    return sorted(found, key=lambda name: _first_place(node, name))


def _first_place(node: ast.AST, name: str) -> tuple[int, int]:
    return min((n.lineno, n.col_offset) for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name)


def _is_a_look(node: ast.expr) -> bool:
    """Whether going through something leaves it as it was, for whoever reads it later."""
    return isinstance(node, ast.Call) and last_word(node.func) in ("items", "keys", "values", "range", "sorted")


def _is_script_guard(node: ast.If) -> bool:
    return ast.unparse(node.test) in _IS_RUN and not node.orelse


def _as_load(target: Any) -> ast.expr:
    return target  # type: ignore[no-any-return]


def _nothing(teller: _Teller, node: Any) -> None:
    return None


_Teller.statements = {
    ast.Assign: _Teller.assign, ast.AnnAssign: _Teller.annotated, ast.AugAssign: _Teller.augmented, ast.If: _Teller.branch,
    ast.For: _Teller.for_loop, ast.AsyncFor: _Teller.for_loop, ast.While: _Teller.while_loop, ast.With: _Teller.with_block,
    ast.AsyncWith: _Teller.with_block, ast.Try: _Teller.attempt, ast.TryStar: _Teller.attempt, ast.Match: _Teller.choose,
    ast.Return: _Teller.give_back, ast.Raise: _Teller.throw, ast.Assert: _Teller.insist, ast.Delete: _Teller.forget,
    ast.Expr: _Teller.say, ast.Break: _Teller.leave, ast.Continue: _Teller.leave, ast.FunctionDef: _Teller.define,
    ast.AsyncFunctionDef: _Teller.define, ast.ClassDef: _Teller.define, ast.Import: _Teller.bring_in, ast.ImportFrom: _Teller.bring_in,
    ast.Pass: _nothing, ast.Global: _nothing, ast.Nonlocal: _nothing,
}  # fmt: skip
_Teller.expressions = {
    ast.expr: _Teller.made_of, ast.Constant: _Teller.literal, ast.Name: _Teller.name_read, ast.Attribute: _Teller.attribute,
    ast.Subscript: _Teller.subscript, ast.JoinedStr: _Teller.formatted, ast.IfExp: _Teller.choice, ast.List: _Teller.container,
    ast.Dict: _Teller.container, ast.Set: _Teller.container, ast.Call: _Teller.call, ast.ListComp: _Teller.comprehension,
    ast.SetComp: _Teller.comprehension, ast.DictComp: _Teller.comprehension, ast.GeneratorExp: _Teller.comprehension,
    ast.Compare: _Teller.compare, ast.BinOp: _Teller.arithmetic, ast.NamedExpr: _Teller.walrus, ast.Yield: _Teller.hand_out, ast.YieldFrom: _Teller.hand_out,
    ast.Await: _Teller.hand_out, ast.Lambda: _Teller.deferred,
}  # fmt: skip
