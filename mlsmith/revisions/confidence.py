"""How sure it is that a difference is one of behaviour: what draws on other things than before may still come to the same.

A literal that is another one now, a step that is new, other work on what was worked on before: these differ. `self.step` where `step` was,
a test that is gone, another order: these may, and nobody who reads only the code can say.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from mlsmith.change import Change, Component, Confidence
from mlsmith.index.project import outwards
from mlsmith.regex import regex
from mlsmith.revisions.effects import Effect
from mlsmith.revisions.values import Value
from mlsmith.revisions.wording import kind_of_effect

if TYPE_CHECKING:
    from mlsmith.revisions.program import Program
    from mlsmith.rules.kit.module import Module

SURE, POSSIBLE = Confidence.SURE, Confidence.POSSIBLE

_INPUTS = frozenset({"parameter", "global", "definition", "received", "caught", "undefined", "after", "closure", "nothing"})
"""Kinds of values that come from elsewhere"""
_MAY_BE_ELSEWHERE = frozenset({"if", "loop", "store", "default", "import", "return", "with", "try"})
"""What is gone of them may be done by others, or held always"""
_WORD = regex(r"[A-Za-z_]\w*")


class Confidences:
    """Of what differs between two programs."""

    def __init__(self, old: Program, new: Program) -> None:
        self.old, self.new = old, new

    def of_values(self, old: Value, new: Value, module: Module) -> Confidence:
        """Two values in one place: other work on the same inputs differs, other inputs may hold the same."""
        ours, theirs = self._inputs(old, module), self._inputs(new, module)
        return SURE if ours == theirs or (ours and theirs and (ours < theirs or theirs < ours)) else POSSIBLE

    def of_callees(self, old: Value, new: Value, module: Module) -> Confidence:
        """Two things that are called one for the other: of libraries they differ, of the project they may be one."""
        foreign = all(value.callee and not value.callee.startswith(".") and not self._is_ours(value.callee, module) for value in (old, new))
        return SURE if foreign else POSSIBLE

    def of_step(self, step: Effect, what: str, component: Component) -> Confidence:
        """A step of one side only. What is called as often as before has only moved."""
        if step.kind == "call":
            value = step.value("value")
            callee = value.callee if value is not None else ""
            if what == "removed" and (not callee or callee.startswith(".")) and component is Component.SOURCE:
                return POSSIBLE
            return self.of_number(callee.rpartition(".")[2], what)
        if component is not Component.SOURCE:
            return SURE
        return POSSIBLE if step.kind == "import" or (what == "removed" and step.kind in _MAY_BE_ELSEWHERE) else SURE

    def of_number(self, word: str, what: str) -> Confidence:
        """A call that came or went, by the last word of what is called."""
        before, after = (_calls(program.modules.values(), word) for program in (self.old, self.new))
        return SURE if not word or (before < after if what == "added" else after < before) else POSSIBLE

    def of_whole(self, change: Change, what: str) -> Confidence:
        """A function or class that came or went: where one of the name stands somewhere as before, it may have moved."""
        if change.kind.startswith("module"):
            return SURE
        name = change.subject.rpartition(".")[2]
        before, after = (_definitions(program.modules.values(), name) for program in (self.old, self.new))
        return SURE if (before < after if what == "added" else after < before) else POSSIBLE

    def of_texts(self, change: Change) -> Confidence:
        """Another word in two texts: where the project itself is called so throughout, before and after, it may have been renamed."""
        if change.confidence is POSSIBLE or change.old is None or change.new is None or not _is_text(change.old) or not _is_text(change.new):
            return change.confidence
        before, after = set(_WORD.findall(change.old)), set(_WORD.findall(change.new))
        gone, come = before - after, after - before
        if not gone or not come:
            return change.confidence
        renamed = all(self._is_of(word, self._words[0]) and word not in self._words[1] for word in gone) and all(
            self._is_of(word, self._words[1]) and word not in self._words[0] for word in come
        )
        return POSSIBLE if renamed else SURE

    @cached_property
    def _words(self) -> tuple[dict[str, int], dict[str, int]]:
        """Words of all texts of either side, with how often they are there."""
        found: list[dict[str, int]] = []
        for program in (self.old, self.new):
            words: dict[str, int] = {}
            for module in program.modules.values():
                for word in _WORD.findall(module.source.text):
                    words[word] = words.get(word, 0) + 1
            found.append(words)
        return found[0], found[1]

    def _is_of(self, word: str, words: dict[str, int]) -> bool:
        return words.get(word, 0) > 1

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
            if one.kind == "attribute" and one.parts[0][1].kind in _INPUTS:
                found.add(f"{one.parts[0][1].label}.{one.label}")
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


def of_order(step: Effect | None) -> Confidence:
    """The same step in another place: of a model's making it matters, of ordinary code nobody knows."""
    return POSSIBLE if step is None or kind_of_effect(step)[1] is Component.SOURCE else SURE


def _is_text(text: str) -> bool:
    return text[:1] in ("'", '"')


def _calls(modules: Iterable[Module], word: str) -> int:
    return sum(len(module.syntax.calls_by_word.get(word, ())) for module in modules)


def _definitions(modules: Iterable[Module], name: str) -> int:
    return sum(node.name == name for module in modules for node in (*module.syntax.functions, *module.syntax.classes))
