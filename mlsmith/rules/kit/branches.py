"""Branches that are never taken: conditions that are constant, statements behind an unconditional exit, and their removal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.finding import Edit, Fix, Position, Safety, Span
from mlsmith.index.scopes import Scope, statement_of
from mlsmith.rules.kit.constants import UNKNOWN

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_ENDS = frozenset({ast.Return, ast.Raise, ast.Continue, ast.Break})
_DECIDED = frozenset({ast.Constant, ast.UnaryOp, ast.BoolOp})
"""What a literal can decide"""
_BODIES = ("body", "orelse", "finalbody")


class Condition(NamedTuple):
    """A condition whose truth is known: `test` is the whole condition, `cause` the part that decides it."""

    owner: ast.If | ast.While | ast.IfExp
    cause: ast.expr
    truth: bool


def literal_conditions(module: Module) -> Iterator[Condition]:
    """Conditions that a literal decides: `if False`, `while 0`, `x and False`, `True or x`."""
    for owner in (*module.syntax.branches, *module.syntax.loops):
        if isinstance(owner, (ast.If, ast.While, ast.IfExp)) and owner.test.__class__ in _DECIDED:
            decided = _decided(owner.test)
            if decided is not None:
                yield Condition(owner, decided[0], decided[1])


def _decided(test: ast.expr) -> tuple[ast.expr, bool] | None:
    if isinstance(test, ast.Constant) and not isinstance(test.value, (bytes, complex, type(...))):
        return test, bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _decided(test.operand)
        return (test, not inner[1]) if inner is not None else None
    if isinstance(test, ast.BoolOp):
        absorbing = isinstance(test.op, ast.Or)
        for value in test.values:
            inner = _decided(value)
            if inner is not None and inner[1] is absorbing:
                return value, absorbing
    return None


def named_conditions(module: Module) -> Iterator[tuple[ast.If | ast.While | ast.IfExp, ast.Name, bool]]:
    """Conditions that a module-level name decides which only ever holds one `True`, `False` or `None`: (owner, the name, truth)."""
    switches = {name for name, value in module_switches(module)}
    if not switches:
        return
    for owner in (*module.syntax.branches, *module.syntax.loops):
        if isinstance(owner, (ast.If, ast.While, ast.IfExp)):
            for name, truth in _named(owner.test, True):
                if name.id in switches and _is_global(module, name):
                    value = bool(module.constant(name))
                    taken = value if truth else not value
                    if _decides(owner.test, name, taken):
                        yield owner, name, taken
                    break


def module_switches(module: Module) -> Iterator[tuple[str, object]]:
    """Module-level names assigned once, to True, False or None, and never written by `global`."""
    for name, bindings in module.syntax.scope.bindings.items():
        if len(bindings) == 1 and bindings[0].kind == "assign" and name not in module.syntax.global_writes:
            value = bindings[0].value
            block = bindings[0].block
            if isinstance(value, ast.Constant) and (value.value is None or isinstance(value.value, bool)) and block.parent is None:
                yield name, value.value


def _named(test: ast.expr, truth: bool) -> Iterator[tuple[ast.Name, bool]]:
    if isinstance(test, ast.Name):
        yield test, truth
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _named(test.operand, not truth)
    elif isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _named(value, truth)


def _decides(test: ast.expr, name: ast.Name, taken: bool) -> bool:
    """Whether the name's value settles the whole condition: alone it does, in `and` when false, in `or` when true."""
    if isinstance(test, ast.BoolOp):
        return taken is isinstance(test.op, ast.Or)
    return True


def _is_global(module: Module, name: ast.Name) -> bool:
    reaching = module.resolver.reaching(name)
    return len(reaching) == 1 and reaching[0].scope is module.syntax.scope and module.constant(name) is not UNKNOWN


def after_exit(module: Module) -> Iterator[list[ast.stmt]]:
    """Runs of statements that stand behind an unconditional return, raise, continue or break of the same block."""
    syntax = module.syntax
    bodies: list[list[ast.stmt]] = [syntax.tree.body, *[function.body for function in syntax.functions]]
    for owner in (*syntax.branches, *syntax.loops, *syntax.withs, *syntax.tries):
        if owner.__class__ is not ast.IfExp:
            fields = owner.__dict__
            bodies += [fields[field] for field in _BODIES if field in fields]
    for body in bodies:
        for position, statement in enumerate(body[:-1]) if len(body) > 1 else ():
            if statement.__class__ in _ENDS:
                behind = [other for other in body[position + 1 :] if _in_one_cell(module, statement, other)]
                if behind:
                    yield behind
                break


def _in_one_cell(module: Module, exit_: ast.stmt, other: ast.stmt) -> bool:
    """A cell that ends early keeps nobody from running the next one by hand."""
    return module.notebook is None or module.source.span(exit_).cell == module.source.span(other).cell


# removal


def dead_part(condition: Condition) -> list[ast.stmt]:
    """The statements that a decided condition keeps from ever being run; empty for a conditional expression."""
    if isinstance(condition.owner, ast.IfExp):
        return []
    return condition.owner.orelse if condition.truth else condition.owner.body


def removal(module: Module, condition: Condition, title: str) -> Fix | None:
    """The safe removal of a decided `if`: its live branch takes its place. None where that cannot be proven to change nothing."""
    owner, dead = condition.owner, dead_part(condition)
    if isinstance(owner, (ast.IfExp, ast.While)) or not _removable(module, owner, dead) or not _is_pure(owner.test):
        return None
    live = owner.body if condition.truth else owner.orelse
    if _is_elif(module, owner) or (len(live) == 1 and isinstance(live[0], ast.If) and live is owner.orelse and _is_elif(module, live[0])):
        return None
    text = _dedented(module, owner, live)
    if text is None:
        return None
    if not text and len(_siblings(owner)) == 1:
        text = " " * owner.col_offset + "pass\n"
    return Fix(title, Safety.SAFE, (Edit(_whole_lines(module, owner.lineno, owner.end_lineno or owner.lineno), text),))


def removal_of(module: Module, statements: list[ast.stmt], title: str) -> Fix | None:
    """The safe removal of statements that are never reached."""
    first, last = statements[0], statements[-1]
    if not _removable(module, first, statements) or not _owns_lines(module, first, last):
        return None
    return Fix(title, Safety.SAFE, (Edit(_whole_lines(module, first.lineno, last.end_lineno or last.lineno), ""),))


def _removable(module: Module, owner: ast.stmt, dead: list[ast.stmt]) -> bool:
    """Whether removing the dead statements leaves every name and the kind of every function as it was."""
    if module.source.cells or not _owns_lines(module, owner, owner):
        return False
    for statement in dead:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)):
                return False
    scope: Scope = owner.scope  # type: ignore[attr-defined]
    lines = range(dead[0].lineno, (dead[-1].end_lineno or 0) + 1) if dead else range(0)
    for name, bindings in scope.bindings.items():
        if name in scope.globals:
            continue
        inside = [b for b in bindings if getattr(b.node, "lineno", 0) in lines and b.kind != "store"]
        outside = [b for b in bindings if getattr(b.node, "lineno", 0) not in lines]
        if inside and not outside and _is_read_outside(module, name, lines):
            return False
    return True


def _is_read_outside(module: Module, name: str, lines: range) -> bool:
    return any(node.lineno not in lines for node in module.names_spelt({name}))


def _is_pure(test: ast.expr) -> bool:
    return not any(isinstance(node, (ast.Call, ast.Await, ast.NamedExpr, ast.Yield)) for node in ast.walk(test))


def _owns_lines(module: Module, first: ast.stmt, last: ast.stmt) -> bool:
    """Whether the statements share their lines with nothing else (`a; b`)."""
    before = module.source.lines[first.lineno - 1][: first.col_offset]
    end = module.source.lines[(last.end_lineno or last.lineno) - 1]
    after = end[module.source.column(last.end_lineno or last.lineno, last.end_col_offset or 0) - 1 :].strip()
    return not before.strip() and (not after or after.startswith("#"))


def _is_elif(module: Module, node: ast.stmt) -> bool:
    return module.source.lines[node.lineno - 1][node.col_offset :].startswith("elif")


def _siblings(node: ast.stmt) -> list[ast.stmt]:
    up = node.up  # type: ignore[attr-defined]
    for field in ("body", "orelse", "finalbody", "handlers"):
        body = getattr(up, field, None)
        if isinstance(body, list) and node in body:
            return body
    return [node]


def _dedented(module: Module, owner: ast.stmt, live: list[ast.stmt]) -> str | None:
    """The text of the live branch at the indentation of the statement it replaces; None where a string would change."""
    if not live:
        return ""
    first, last = live[0], live[-1]
    if first.lineno == owner.lineno or not _owns_lines(module, first, last):
        return None
    if any(isinstance(n, (ast.Constant, ast.JoinedStr)) and n.lineno != n.end_lineno for s in live for n in ast.walk(s)):
        return None
    extra = first.col_offset - owner.col_offset
    lines = module.source.lines[first.lineno - 1 : last.end_lineno]
    if any(line.strip() and line[:extra].strip() for line in lines) or any("\t" in line[: first.col_offset] for line in lines):
        return None
    return "".join((line[extra:] if line.strip() else line) + "\n" for line in lines)


def _whole_lines(module: Module, first: int, last: int) -> Span:
    return Span(Position(first, 1), Position(last + 1, 1))


__all__ = [
    "Condition", "after_exit", "dead_part", "literal_conditions", "module_switches", "named_conditions", "removal", "removal_of",
    "statement_of",
]  # fmt: skip
