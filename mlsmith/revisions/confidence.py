"""How sure it is that a difference is one of behaviour: what draws on other things than before may still come to the same.

A literal that is another one now, a step that is new, other work on what was worked on before: these differ. `self.step` where `step` was,
a test that is gone, another order: these may, and nobody who reads only the code can say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlsmith.change import Change, Component, Significance
from mlsmith.finding import Confidence
from mlsmith.index.project import outwards
from mlsmith.regex import regex
from mlsmith.revisions.effects import Effect
from mlsmith.revisions.values import Value

if TYPE_CHECKING:
    from mlsmith.revisions.program import Program
    from mlsmith.rules.kit.module import Module

LOWER = Confidence.MEDIUM

_INPUTS = frozenset({"parameter", "global", "definition", "received", "caught", "undefined", "after", "closure", "nothing"})
"""Kinds of values that come from elsewhere"""
_MAY_BE_ELSEWHERE = frozenset({"if", "loop", "store", "default", "import", "return", "with", "try"})
"""What is gone of them may be done by others, or held always"""
_OWN = frozenset({"self", "cls", "0:0"})
"""The object that a method belongs to, by its name or, where only one side has that, by its place"""
_FOR_DEVELOPERS = regex(r"(?:^|[/_.-])tests?(?:[/_.-]|$)", re.IGNORECASE)
_EXTRA = regex(r"\b(?:dev|develop|development|docs?|tests?|testing|lint|style)(?:\b|_)['\"]?\]?\)?$", re.IGNORECASE)
"""The end of what a requirement of developers stands under"""
_SAYS_MORE = regex(r"\b(?:log_?level|logging_level|verbose|verbosity)\b", re.IGNORECASE)
_WORD = regex(r"[A-Za-z_]\w*")


class Confidences:
    """Of what differs between two programs."""

    def __init__(self, old: Program, new: Program) -> None:
        self.old, self.new = old, new

    def of(self, change: Change, step: Effect | None, sides: tuple[Value, Value] | None, module: Module) -> Confidence:
        """Of a change in a module: of a step of one side only, of two values in one place, or of anything else."""
        if step is not None:
            return self._of_step(step, change)
        if sides is not None and change.kind.endswith(" replaced"):
            return LOWER if any(self._may_be_ours(value.callee, module) for value in sides) else change.confidence
        if sides is not None and not self._draw_alike(*sides, module):
            return LOWER
        if change.kind in ("order", "code"):
            return of_order(change)
        return LOWER if self._may_be_renamed(change, sides) else change.confidence

    def _draw_alike(self, old: Value, new: Value, module: Module) -> bool:
        """Whether two values are made from the same: other work on it differs, while other inputs may hold what these held."""
        ours, theirs = self._inputs(old, module), self._inputs(new, module)
        return ours == theirs or (bool(ours and theirs) and (ours < theirs or theirs < ours))

    def _may_be_ours(self, callee: str, module: Module) -> bool:
        return not callee or callee.startswith(".") or self._is_ours(callee, module)

    def _of_step(self, step: Effect, change: Change) -> Confidence:
        what = change.kind.rpartition(" ")[2]
        if step.kind == "call":
            value = step.value("value")
            return self.of_number(value.callee.rpartition(".")[2] if value is not None else "", what)
        elsewhere = step.kind == "import" or (what == "removed" and step.kind in _MAY_BE_ELSEWHERE)
        return LOWER if elsewhere and change.component is Component.SOURCE else Confidence.HIGH

    def of_number(self, word: str, what: str) -> Confidence:
        """A call that came or went, by the last word of what is called."""
        before, after = (_calls(program.modules.values(), word) for program in (self.old, self.new))
        return Confidence.HIGH if not word or (before < after if what == "added" else after < before) else LOWER

    def of_whole(self, change: Change, what: str) -> Confidence:
        """A function or class that came or went: where one of the name stands somewhere as before, it may have moved."""
        if change.kind.startswith("module"):
            return Confidence.HIGH
        name = change.subject.rpartition(".")[2]
        before, after = (_definitions(program.modules.values(), name) for program in (self.old, self.new))
        return Confidence.HIGH if (before < after if what == "added" else after < before) else LOWER

    def _may_be_renamed(self, change: Change, sides: tuple[Value, Value] | None) -> bool:
        """Whether two texts, or two attributes, differ by a word that stands in several places of the one side and in none of the other."""
        attributes = sides is not None and all(value.kind == "attribute" for value in sides)
        if change.old is None or change.new is None or not (attributes or (_is_text(change.old) and _is_text(change.new))):
            return False
        texts = [set(_WORD.findall(text)) for text in (change.old, change.new)]
        gone, come = texts[0] - texts[1], texts[1] - texts[0]
        before, after = self._words
        return (
            bool(gone and come)
            and all(before[word] > 1 and not after[word] for word in gone)
            and all(after[word] > 1 and not before[word] for word in come)
        )

    @cached_property
    def _words(self) -> tuple[Counter[str], Counter[str]]:
        """How often each word stands in the files of either side."""
        before, after = (
            Counter(word for module in program.modules.values() for word in _WORD.findall(module.source.text))
            for program in (self.old, self.new)
        )
        return before, after

    def _inputs(self, value: Value, module: Module) -> frozenset[str]:
        """What a value is made from, apart from literals and libraries: parameters, attributes of objects, names of the project."""
        found: set[str] = set()
        seen: set[bytes] = set()
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if one.digest in seen:
                continue
            seen.add(one.digest)
            if one.kind == "attribute" and one.parts[0][1].kind == "parameter" and one.parts[0][1].label in _OWN:
                found.add(f"self.{one.label}")
            elif one.kind == "definition" and one.origin is not None:
                found.add(one.origin.scope)
            elif one.kind in _INPUTS:
                found.add(f"{one.kind} {one.label}" if one.label else f"{one.kind} {one.digest.hex()}")
            elif one.kind == "name":
                if self._is_ours(one.label, module):
                    found.add(one.label)
            else:
                waiting.extend(inner for _, inner in one.parts)
        return frozenset(found)

    def _is_ours(self, name: str, module: Module) -> bool:
        """Whether a dotted name belongs to the project."""
        top = name.partition(".")[0]
        return any(f"{folder}{top}" in self._own for folder in outwards(module.name))

    @cached_property
    def _own(self) -> frozenset[str]:
        """Dotted names of the modules and packages of the project."""
        paths = {module.path for program in (self.old, self.new) for module in program.modules.values()}
        if self.old.elsewhere is not None:
            paths.update(path for path in self.old.elsewhere.tree.paths() if path.endswith(".py"))
        found: set[str] = set()
        for path in paths:
            parts = path.removesuffix(".py").removeprefix("src/").removesuffix("/__init__").split("/")
            found.update(".".join(parts[:keep]) for keep in range(1, len(parts) + 1))
        return frozenset(found)


def weighed(changes: Sequence[Change]) -> list[Change]:
    """All changes of two revisions, of medium confidence those that are for tests and developers, and what may only be called otherwise."""
    there = Counter((_family(change), change.kind.rpartition(" ")[2], _value(change)) for change in changes)
    return [change._replace(confidence=LOWER) if _is_doubtful(change, there) else change for change in changes]


def _is_doubtful(change: Change, there: Counter[tuple[Any, str, str]]) -> bool:
    if _FOR_DEVELOPERS.search(change.path) or (_EXTRA.search(change.subject) and change.component is not Component.CONFIGURATION):
        return True
    if change.kind == "default" and change.new == "None" and change.old is not None:
        return True  # The value may be given inside now.
    if _SAYS_MORE.search(change.subject) or (change.kind == "renamed" and change.component is Component.CONFIGURATION):
        return True
    other = {"added": "removed", "removed": "added"}.get(change.kind.rpartition(" ")[2], "")
    named = change.kind.startswith("store ") or change.component is Component.CONFIGURATION
    return bool(other) and named and there[_family(change), other, _value(change)] > 0


def _family(change: Change) -> tuple[str, str, str]:
    """Among what a change may be the other half of a renaming."""
    return change.path, change.symbol, change.kind.partition(" ")[0] if change.kind.startswith("store ") else ""


def _value(change: Change) -> str:
    """What came or went, without the name that it has."""
    text = change.new or change.old or ""
    return text.partition(" = ")[2] if change.kind.startswith("store ") else text


def of_order(change: Change) -> Confidence:
    """The same in another place: of a model's making it matters, of ordinary code nobody knows."""
    return LOWER if change.component is Component.SOURCE and change.significance is not Significance.HIGH else Confidence.HIGH


def _is_text(text: str) -> bool:
    return text[:1] in ("'", '"')


def _calls(modules: Iterable[Module], word: str) -> int:
    return sum(len(module.syntax.calls_by_word.get(word, ())) for module in modules)


def _definitions(modules: Iterable[Module], name: str) -> int:
    return sum(node.name == name for module in modules for node in (*module.syntax.functions, *module.syntax.classes))
