"""Steps that were put into a function of their own, or taken out of one: they stand there as they were, and the function is told."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mlsmith.revisions.effects import Effect, each
from mlsmith.revisions.program import Program, Unit


class Extracted:
    """The definitions that only one side has, by what calls them."""

    def __init__(self, program: Program, units: Iterable[Unit]) -> None:
        self.program = program
        self._units: dict[str, list[Unit]] = {}
        self._steps: dict[str, frozenset[str]] = {}
        self._words: dict[str, frozenset[str]] = {}
        for unit in units:
            if unit.kind == "function":
                self._units.setdefault(_called_as(unit), []).append(unit)

    def holds(self, one: Effect, caller: Unit) -> bool:
        """Whether a step stands, as it is written, in a function that a definition calls, or in one that this calls."""
        if not self._units:
            return False
        return _written(one) in self._within(caller)

    def _within(self, caller: Unit) -> frozenset[str]:
        known = self._steps.get(caller.name)
        if known is None:
            found: set[str] = set()
            seen: set[str] = {caller.name}
            waiting = [caller]
            while waiting:
                for unit in self._called_by(waiting.pop()):
                    if unit.name not in seen:
                        seen.add(unit.name)
                        waiting.append(unit)
                        found |= {_written(effect) for effect in each(self.program.form(unit).effects)}
            known = self._steps[caller.name] = frozenset(found)
        return known

    def _called_by(self, caller: Unit) -> list[Unit]:
        words = self._words.get(caller.name)
        if words is None:
            words = self._words[caller.name] = frozenset(_mentioned(caller.node))
        return [unit for word in words for unit in self._units.get(word, ())]


def _called_as(unit: Unit) -> str:
    """A class is called by its own name to run its `__init__`."""
    owner, _, last = unit.symbol.rpartition(".")
    return owner.rpartition(".")[2] if last == "__init__" else last


def _mentioned(node: ast.AST) -> Iterable[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Attribute):
            yield inner.attr


def _written(one: Effect) -> str:
    return f"{one.kind} {ast.dump(one.origin.node)}"
