"""What a teller of one definition keeps while it follows the statements: names, effects, and what has been written so far."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from mlsmith.revisions.effects import Effect, effect
from mlsmith.revisions.program import FunctionNode, Program, Unit
from mlsmith.revisions.spellings import said
from mlsmith.revisions.values import Origin, Value, constant, value_of

UNDEFINED = value_of("undefined")

Env = dict[str, Value]
_What = TypeVar("_What")
Counts = tuple[dict[bytes, int], dict[str, int], dict[bytes, int]]


class Teller:
    """The state, and how it is kept. What statements and expressions mean is told by the classes below it."""

    expressions: ClassVar[dict[type, Callable[[Any, Any], Value]]] = {}
    statements: ClassVar[dict[type, Callable[[Any, Any], None]]] = {}

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
        self.held: dict[str, tuple[tuple[int, int], Value]] = {}
        """Attributes of `self` that keep a parameter, since when"""
        self.read: set[bytes] = set()
        """Values that a round of a loop has left for the next, and that somebody read"""
        self.left_with: list[list[Env]] = []
        """Of the loops around: what names were where a round was left for the next, or for what follows"""
        self.depth = 0
        self.returned: Value | None = None

    def run(self, body: list[ast.stmt]) -> None:
        for statement in body:
            handler = self.statements.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                self.emit("statement", statement, label=ast.dump(statement))

    def value(self, node: ast.expr) -> Value:
        handler = self.expressions[type(node)] if type(node) in self.expressions else self.expressions[ast.expr]
        return handler(self, node)

    def bind(self, target: ast.expr, value: Value, node: ast.AST) -> None:
        raise NotImplementedError

    def block(self, body: list[ast.stmt], env: Env | None = None) -> tuple[tuple[Effect, ...], Env, bool]:
        """The effects of a run of statements told apart, what it leaves assigned, and whether it leaves for elsewhere."""
        outer_env, outer_effects = self.env, self.effects
        self.env, self.effects = dict(outer_env if env is None else env), []
        self.run(body)
        effects, left = tuple(self.effects), self.env
        self.env, self.effects = outer_env, outer_effects
        return effects, left, leaves(body)

    def counted(self, value: Value) -> Value:
        """The second time that the same is asked may give another answer."""
        number = self.seen[value.digest] = self.seen.get(value.digest, 0) + 1
        if number == 1:
            return value
        return value_of(value.kind, value.label, (*value.parts, ("nth", constant(number))), value.origin)

    def counts(self) -> Counts:
        """What has been asked, written and handed on so far. Of two branches neither comes after the other: both go on from one count."""
        return dict(self.seen), dict(self.writes), dict(self.handled)

    def count_at_least(self, counts: Counts) -> None:
        seen, writes, handled = counts
        self.seen, self.writes, self.handled = _higher(self.seen, seen), _higher(self.writes, writes), _higher(self.handled, handled)

    def wrote(self, what: str) -> None:
        self.writes[what] = self.writes.get(what, 0) + 1

    def emit(
        self, kind: str, node: ast.AST, *, label: str = "", values: tuple[tuple[str, Value], ...] = (),
        blocks: Iterable[tuple[str, tuple[Effect, ...]]] = (),
    ) -> None:  # fmt: skip
        self.effects.append(effect(kind, self.origin(node), label=label, values=values, blocks=tuple(blocks)))

    def origin(self, node: ast.AST) -> Origin:
        return Origin(self.module.path, self.unit.symbol, node)


def _higher(one: dict[_What, int], other: dict[_What, int]) -> dict[_What, int]:
    return {what: max(one.get(what, 0), other.get(what, 0)) for what in one | other}


def leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def versioned(version: tuple[int, int]) -> tuple[tuple[str, Value], ...]:
    return (("version", constant(version)),) if version != (0, 0) else ()


def root_of(value: Value) -> Value:
    """The object at the bottom of `x.a[0].b`."""
    while value.kind in ("attribute", "item", "bound") and value.parts:
        value = value.parts[0][1]
    return value


def defaults_of(args: ast.arguments) -> dict[str, ast.expr]:
    plain = [*args.posonlyargs, *args.args]
    found = {a.arg: d for a, d in zip(plain[len(plain) - len(args.defaults) :], args.defaults, strict=True)}
    found.update({a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None})
    return found


def does_nothing(node: FunctionNode) -> bool:
    """Whether a function is there to be defined elsewhere: whatever it is given, it fails or does nothing."""
    body = said(node.body)
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and name.id == "NotImplementedError"
