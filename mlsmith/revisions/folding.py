"""Ordinary steps of one function told as one line, by the statements that came and went.

Which of many steps became which is a guess; which statements stand there now and did not before is none.
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from mlsmith.change import Change, Component, Significance
from mlsmith.revisions.account import Place, Told
from mlsmith.revisions.program import THE_TOP, Program, Unit
from mlsmith.revisions.values import Origin
from mlsmith.revisions.wording import head_of, is_literal, part_at, shortened

_FROM = 3
"""So many ordinary steps of one function make one line. Of one or two the exact values are nearly always right, of more they often are not"""
_ORDINARY = frozenset({
    "assert", "await", "break", "call", "code", "comprehension", "continue", "delete", "if", "loop", "match", "order", "raise", "return", "statement",
    "store", "try", "value", "with", "yield",
})  # fmt: skip
_LIKE = 0.6
"""Share of equal characters from which on a statement is said to have changed, and not to have gone and another to have come"""
_WIDTH = 50
_ROOM = 100
"""So many characters of a statement, and of all of one side, are shown"""
_WEIGHTS = (Significance.LOW, Significance.MEDIUM, Significance.HIGH)


def folded(told: Iterable[Told], old: Program, new: Program, became: Mapping[Place, Place]) -> Iterator[Change]:
    """The changes, those of ordinary steps one for a function that has many. `became`: (path, symbol) of a definition before and after."""
    units = {unit.place: unit for unit in new.units.values()}
    groups: dict[Place, list[Told]] = {}
    for one in told:
        place = _place_of(one, became)
        if _is_ordinary(one.change) and (place not in units or units[place].kind != "class"):
            groups.setdefault(place, []).append(one)
        else:
            yield one.change
    before = {unit.place: unit for unit in old.units.values()}
    was = {place: one for one, place in became.items()}
    for place, some in groups.items():
        if len(some) < _FROM:
            yield from (one.change for one in some)
        else:
            yield _Steps(before.get(was.get(place, place)), units.get(place)).line(place, some)


def _place_of(told: Told, became: Mapping[Place, Place]) -> Place:
    place = told.at.told.place
    return place if told.at.new is not None else became.get(place, place)


def _is_ordinary(change: Change) -> bool:
    """Whether a step belongs to no part of a model's making that has a name, and names no value: `0.5` that is `0.3` now has its own line."""
    if not is_ordinary_step(change):
        return False
    texts = (change.old, change.new)
    given = change.kind == "call argument"
    return not all((given and text is None) or (text is not None and is_literal(text)) for text in texts)


def is_ordinary_step(change: Change) -> bool:
    return change.component is Component.SOURCE and change.significance is not Significance.HIGH and change.kind.split()[0] in _ORDINARY


@dataclass(slots=True)
class _Counted:
    """What is said of one side: how many, and their texts."""

    whole: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def text(self, word: str) -> str | None:
        counts = ((len(self.whole), word), (len(self.changed), "changed"), (len(self.elsewhere), "in another place"))
        said = ", ".join(f"{number} {what}" for number, what in counts if number)
        texts = [shortened(text, _WIDTH) for text in (*self.whole, *self.changed, *self.elsewhere)]
        number = max(1, sum(end <= _ROOM for end in itertools.accumulate(len(text) for text in texts)))
        return f"{said}: {'; '.join(texts[:number])}{'; …' if len(texts) > number else ''}" if said else None


class _Steps:
    """The statements of a function before and after."""

    def __init__(self, old: Unit | None, new: Unit | None) -> None:
        self.old, self.new = _Statements(old), _Statements(new)

    def line(self, place: Place, told: list[Told]) -> Change:
        gone, come = _Counted(), _Counted()
        for one in sorted(told, key=lambda one: one.change.line):
            self.count(one, gone, come)
        changes = tuple(one.change for one in told)
        lines = [one.at.new.line for one in told if one.at.new is not None] or [change.line for change in changes]
        return Change(
            component=Component.SOURCE, kind="steps", path=place[0], line=min(lines), symbol=place[1], subject=place[1] or THE_TOP,
            old=gone.text("gone"), new=come.text("new"), significance=max((c.significance for c in changes), key=_WEIGHTS.index),
            moved_from=changes[0].moved_from, steps=changes,
        )  # fmt: skip

    def has(self, was: str | None, now: str | None) -> bool:
        return was is not None and now is not None and bool(self.old.number(was) or self.new.number(now))

    def count(self, one: Told, gone: _Counted, come: _Counted) -> None:
        """Put the statements of a step where they belong. What stands on both sides as often is not gone, and did not come."""
        was, now = self.old.text(one.at.old), self.new.text(one.at.new)
        is_gone = was is not None and self.old.number(was) > self.new.number(was)
        is_new = now is not None and self.new.number(now) > self.old.number(now)
        if was is not None and now is not None and is_gone and is_new and _are_alike(was, now):
            was, now = _where_they_part(was, now)
            _note(gone.changed, was, gone.whole)
            _note(come.changed, now, come.whole)
        elif is_gone or is_new:
            _note(gone.whole, was if is_gone else None, gone.changed)
            _note(come.whole, now if is_new else None, come.changed)
        elif one.change.old is not None and one.change.new is not None and (was == now or not self.has(was, now)):
            # The same words for another thing, or no statement: what a decorator is given.
            _note(gone.changed, one.change.old, gone.whole)
            _note(come.changed, one.change.new, come.whole)
        else:
            _note(come.elsewhere, now or was, ())


def _are_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _LIKE


def _where_they_part(one: str, other: str) -> tuple[str, str]:
    """Of two statements that are too long to be shown as a whole the beginning, and what differs."""
    first = part_at(one, other)
    if max(len(one), len(other)) <= _WIDTH or first <= _WIDTH // 2:
        return one, other
    start = first - _WIDTH // 4
    return f"{one[: _WIDTH // 4]}…{one[start:]}", f"{other[: _WIDTH // 4]}…{other[start:]}"


def _note(texts: list[str], text: str | None, others: Iterable[str]) -> None:
    if text is not None and text not in texts and text not in others:
        texts.append(text)


class _Statements:
    """The statements of a definition with their heads, as they are written on one line."""

    def __init__(self, unit: Unit | None) -> None:
        self._all = [(node, head_of(node, None)) for node in _statements(unit)] if unit is not None else []
        self._numbers = Counter(head for _, head in self._all)
        self._place = unit.place if unit is not None else None

    def text(self, origin: Origin | None) -> str | None:
        """The statement that something stands in."""
        if origin is None:
            return None
        around = [pair for pair in self._all if pair[0].lineno <= origin.line <= (pair[0].end_lineno or origin.line)]
        if not around or origin.place != self._place:
            return head_of(origin.node, None)
        return max(around, key=lambda pair: (pair[0].lineno, -(pair[0].end_lineno or 0)))[1]

    def number(self, head: str) -> int:
        return self._numbers[head]


def _statements(unit: Unit) -> Iterator[ast.stmt]:
    """What a definition holds, without the definitions that are told by themselves."""
    waiting: list[ast.AST] = [unit.node]
    while waiting:
        node = waiting.pop()
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.stmt):
                if unit.kind != "function" and isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    continue
                yield inner
            if isinstance(inner, (ast.stmt, ast.excepthandler, ast.match_case)):
                waiting.append(inner)
