"""Statements whose condition is known: the branch that is taken stands in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import libcst as cst

from mlsmith.fixes.prune.expressions import UNDECIDED, literal_value
from mlsmith.fixes.prune.layout import detached, is_pass, joined, remarks, statements_of

Known = Callable[[cst.BaseExpression], Any]
"""The value of an expression that the flag decides, or `UNDECIDED`"""


class Settled(NamedTuple):
    """What stands in the place of a statement, and comments that are left over behind it."""

    statements: list[cst.BaseStatement]
    left: list[cst.EmptyLine]


def settled(statement: cst.BaseStatement, known: Known) -> Settled | None:
    """The statement with what is known of its condition; None where nothing is."""
    if isinstance(statement, cst.If):
        return _of_chain(statement, known)
    if isinstance(statement, cst.While):
        return _of_loop(statement, known)
    if isinstance(statement, cst.Match):
        return _of_match(statement, known)
    return None


def exits(statements: Sequence[cst.BaseStatement]) -> bool:
    """Whether nothing behind the statements can be reached."""
    last = statements[-1] if statements else None
    if isinstance(last, cst.SimpleStatementLine):
        return bool(last.body) and isinstance(last.body[-1], (cst.Return, cst.Raise, cst.Continue, cst.Break))
    while isinstance(last, cst.If):
        if not exits(statements_of(last.body)[0]) or last.orelse is None:
            return False
        if isinstance(last.orelse, cst.Else):
            return exits(statements_of(last.orelse.body)[0])
        last = last.orelse
    return False


def _of_chain(head: cst.If, known: Known) -> Settled | None:
    arms: list[cst.If] = []
    current: cst.If | cst.Else | None = head
    while isinstance(current, cst.If):
        arms.append(current)
        current = current.orelse
    kept: list[cst.If] = []
    for arm in arms:
        value = known(arm.test)
        if value is UNDECIDED:
            kept.append(arm)
        elif value:
            current = cst.Else(arm.body, leading_lines=arm.leading_lines)
            break
    if len(kept) == len(arms):
        return None
    if not kept:
        first = head.leading_lines
        taken = [] if current is None or (arms and current.body is head.body) else list(current.leading_lines)
        return _in_place(None if current is None else current.body, first, taken)
    rest: cst.If | cst.Else | None = current
    for arm in reversed(kept):
        lines = arm.leading_lines
        if arm is kept[0] and arm is not head:
            lines = [*head.leading_lines, *arm.leading_lines]
        rest = arm.with_changes(orelse=rest, leading_lines=lines)
    assert isinstance(rest, cst.If)
    return Settled([rest], [])


def _of_loop(loop: cst.While, known: Known) -> Settled | None:
    value = known(loop.test)
    if value is UNDECIDED:
        return None
    if value:
        always = cst.Name("True", lpar=loop.test.lpar, rpar=loop.test.rpar)
        return Settled([loop.with_changes(test=always)], [])
    return _in_place(None if loop.orelse is None else loop.orelse.body, loop.leading_lines, [])


def _of_match(match: cst.Match, known: Known) -> Settled | None:
    value = known(match.subject)
    if value is UNDECIDED:
        return None
    for case in match.cases:
        fits = _fits(case.pattern, value) if case.guard is None else None
        if fits is None:
            return None
        if fits:
            return _in_place(case.body, match.leading_lines, case.leading_lines)
    return _in_place(None, match.leading_lines, [])


def _fits(pattern: cst.MatchPattern, value: Any) -> bool | None:
    if isinstance(pattern, cst.MatchValue):
        other = literal_value(pattern.value)
        return None if other is UNDECIDED else bool(value == other)
    if isinstance(pattern, cst.MatchSingleton):
        return value is {"True": True, "False": False, "None": None}[pattern.value.value]
    if isinstance(pattern, cst.MatchOr):
        answers = [_fits(element.pattern, value) for element in pattern.patterns]
        return None if None in answers else any(answers)
    if isinstance(pattern, cst.MatchAs):
        return True if pattern.pattern is None and pattern.name is None else None
    return None


def _in_place(body: cst.BaseSuite | None, before: Sequence[cst.EmptyLine], taken: Sequence[cst.EmptyLine]) -> Settled:
    """A body in the place of the statement that held it."""
    statements, footer, header = statements_of(body) if body is not None else ([], [], None)
    statements = [statement for statement in statements if not is_pass(statement)]
    if not statements:
        return Settled([], [*detached(before), *footer])
    first = statements[0]
    own: Sequence[cst.EmptyLine] = first.leading_lines  # type: ignore[attr-defined]
    statements[0] = first.with_changes(leading_lines=[*joined(before, [*taken, *remarks(header)]), *own])
    return Settled(statements, footer)
