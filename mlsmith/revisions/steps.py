"""Which steps of a definition came, are gone, or stand in another place, and what differs in those that stayed."""

from __future__ import annotations

import ast
from collections import Counter
from difflib import SequenceMatcher
from functools import cached_property

from mlsmith.change import Component, Significance
from mlsmith.revisions.account import Place, Spot, Told
from mlsmith.revisions.alignment import alike, find_inside, mark
from mlsmith.revisions.annotations import is_a_type
from mlsmith.revisions.callers import at_the_calls, new_calls
from mlsmith.revisions.calls import OF_A_DISTRIBUTION
from mlsmith.revisions.documentation import is_for_readers
from mlsmith.revisions.effects import Effect, digest_of, each, spread
from mlsmith.revisions.evaluation import OF_A_FILE
from mlsmith.revisions.guards import brought_together
from mlsmith.revisions.inner_values import InnerValues
from mlsmith.revisions.kinship import are_lambdas, defined, is_told, is_turned, turned
from mlsmith.revisions.program import THE_TOP, Form, FunctionNode, Unit
from mlsmith.revisions.statements import outermost
from mlsmith.revisions.telling import defaults_of
from mlsmith.revisions.values import Value
from mlsmith.revisions.wording import branches_of, kind_of_effect, signature_of, subject_of, text_of, weight_of
from mlsmith.rules.kit.context import module_name_of
from mlsmith.rules.kit.module import Module

_LIKE = 0.5
"""Share of steps that two branches have in common from which on one took the place of the other"""


class Comparison(InnerValues):
    """Of one definition with what became of it, step by step."""

    @property
    def whole(self) -> Spot:
        return Spot(self.pair.old.origin, self.pair.new.origin)

    def run(self, old: Form, new: Form) -> list[Told]:
        self.own, self.other = old, new
        if old.digest != new.digest:
            self.bodies(old.effects, new.effects, "return")
            through_others = bool((old.taken_in | new.taken_in) & self.around.differing)
            self.told = at_the_calls(outermost(self.moved(self.told)), self.pair, self.around, through_others=through_others)
            self.told += new_calls(self.left_out, self.pair, self.around)
            if (
                not self.told
                and "definition" not in self.reasons
                and (self.reasons != {"harmless"} or signature_of(self.pair.old.node) != signature_of(self.pair.new.node))
                and not through_others
                and not ("default" in self.reasons and self.reasons <= {"default", "call"})
            ):
                self.something(old, new)
        self.constants(old, new)
        return self.told

    def constants(self, old: Form, new: Form) -> None:
        """Values of names at the top of a module. What several are made of is told of the one that it is written for."""
        before = len(self.told)
        for name in sorted((old.names.keys() & new.names.keys()) - OF_A_FILE, key=lambda name: (self.line_of(new.names[name], name), name)):
            one, other = old.names[name], new.names[name]
            of_the_package = self.pair.new.path.endswith("setup.py") and name.lower().replace("licence", "license") in OF_A_DISTRIBUTION
            if one.digest == other.digest or (is_told(one) and is_told(other) and not are_lambdas(one, other)) or of_the_package:
                continue
            if not all(_is_for_people(name, unit.module) for unit in (self.pair.old, self.pair.new)):
                at = Spot(one.origin or self.whole.old, other.origin or self.whole.new)
                self.values(one, other, name, "constant", at)
        first: dict[tuple[int, str | None, str | None], Told] = {}
        for told in self.told[before:]:
            first.setdefault((told.change.line, told.change.old, told.change.new), told)
        self.told[before:] = first.values()

    def line_of(self, value: Value, name: str) -> int:
        """The line where a name is assigned, or where its value is made."""
        bindings = self.pair.new.module.syntax.scope.bindings.get(name, ())
        return bindings[0].node.lineno if bindings else value.origin.line if value.origin is not None else 0

    def something(self, old: Form, new: Form) -> None:
        """That they differ, where nothing in them does: by the parameters that they are called with, by an order, or nobody knows how."""
        where = self.pair.new.symbol or THE_TOP
        signatures = [signature_of(unit.node) for unit in (self.pair.old, self.pair.new)]
        if [one.digest for one in old.effects] == [one.digest for one in new.effects] and signatures[0] != signatures[1]:
            self.add("parameters", where, signatures[0], signatures[1], self.whole, Component.SOURCE, Significance.MEDIUM)
            return
        kind = "order" if "version" in self.reasons else "code"
        self.add(kind, where, None, None, self.whole, Component.SOURCE, Significance.MEDIUM)

    def is_kept(self, default: Effect, form: Form) -> bool:
        """Whether a parameter of that name has that default on the other side too."""
        value = default.value("value")
        same = [one for one in form.effects if one.kind == "default" and mark(one) == mark(default)]
        if value is not None and any(theirs.digest == value.digest for one in same if (theirs := one.value("value")) is not None):
            return True
        old, new = (_defaults(unit) for unit in (self.pair.old, self.pair.new))
        name = mark(default)[1]
        both = default.origin.place in (self.pair.old.place, self.pair.new.place) and name in old and name in new
        return both and ast.dump(old[name]) == ast.dump(new[name])  # Of a function that did nothing, or does nothing now.

    def moved(self, told: list[Told]) -> list[Told]:
        """The same step that came in one place and went in another has moved: its order, or the branch around it, is another one."""
        came = {self.step_of(one): one for one in told if one.change.kind.endswith(" added")}
        went = {self.step_of(one): one for one in told if one.change.kind.endswith(" removed") and self.step_of(one) in came}
        kept = [one for one in told if not (one.change.kind.endswith((" added", " removed")) and self.step_of(one) in went)]
        # of a called function one
        moved = {step if step[0] == self.pair.new.symbol else step[:1]: step for step in sorted(went, key=str)}
        return [*kept, *(_in_order(went[step], came[step]) for step in moved.values())]

    def step_of(self, told: Told) -> tuple[str, str, str | None]:
        change = told.change
        symbol = self.pair.new.symbol if change.symbol == self.pair.old.symbol else change.symbol  # Of the same, whatever it is called.
        return symbol, change.subject, change.old or change.new

    def bodies(self, old: tuple[Effect, ...], new: tuple[Effect, ...], leaving: str) -> None:
        """The steps of a function, or of one round of a loop."""
        ours, theirs = brought_together(old, new, leaving)
        if digest_of(old) != digest_of(new) and digest_of(ours) == digest_of(theirs):
            self.reasons.add("harmless")  # A branch around the rest leaves before it now, or the other way round.
        self.effects(ours, theirs)

    def effects(self, old: tuple[Effect, ...], new: tuple[Effect, ...]) -> None:
        old, new = spread(old, new), spread(new, old)
        ours, theirs = [one.digest for one in old], [one.digest for one in new]
        left: list[Effect] = []
        right: list[Effect] = []
        for what, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            if what != "equal":
                matched, lost, got = alike(old[i1:i2], new[j1:j2])
                for one, other in matched:
                    self.effect(one, other)
                left += lost
                right += got
        self.unmatched(left, right)

    def unmatched(self, left: list[Effect], right: list[Effect]) -> None:
        """What is only there on one side; what is there on both, elsewhere, has changed its order."""
        for one in list(left):
            other = next((effect for effect in right if effect.digest == one.digest), None)
            if other is not None:
                left.remove(one)
                right.remove(other)
                if other.kind == "import":
                    self.reasons.add("harmless")  # Sorted: what is imported does the same in another order.
                elif not _is_an_option(other):
                    self.add("order", subject_of(other), None, None, Spot(one.origin, other.origin), *weight_of(other))
        self.wrapped(left, right)
        pairs, lost, got = alike(tuple(left), tuple(right))
        for one, other in pairs:
            if one.kind == other.kind == "call" and _word(one) == _word(other) and not _is_an_option(other):
                self.add("order", subject_of(other), None, None, Spot(one.origin, other.origin), *weight_of(other))
            self.effect(one, other)
        for one in lost:
            self.single(one, "removed")
        for other in got:
            self.single(other, "added")
        self.exchanged(lost, got)

    def exchanged(self, lost: list[Effect], got: list[Effect]) -> None:
        """A branch or loop that took the place of another one around mostly the same steps: what differs among these."""
        for one in lost:
            ours = _inside(one)
            marks = Counter(map(_told_as, ours))
            other = next((theirs for theirs in map(_inside, got) if _LIKE * max(len(ours), len(theirs)) <= _shared(marks, theirs)), ())
            if ours and other:
                self.effects(ours, other)

    def wrapped(self, left: list[Effect], right: list[Effect]) -> None:
        """What stands now inside a branch or loop that came around it, or no more in one that went, is still there."""
        for outer, some, is_new in ((right, left, True), (left, right, False)):
            blocks = [effect for effect in outer if effect.blocks]
            for one in list(some):
                inner = next((found for block in blocks for found in (find_inside(block, one),) if found is not None), None)
                if inner is not None:
                    some.remove(one)
                    self.effect(*((one, inner) if is_new else (inner, one)))

    def single(self, one: Effect, what: str) -> None:
        """An effect of one side only. Of a branch or loop that came around what was there already, its test is what matters."""
        if one.kind == "definition":
            self.reasons.add("closure")  # Whoever uses it says so.
            return
        if one.kind == "default" and self.is_kept(one, self.other if what == "removed" else self.own):
            self.reasons.add("derived")  # Of a parameter that stands in another place now.
            return
        elsewhere, caller = (self.around.extracted[1], self.pair.new) if what == "removed" else (self.around.extracted[0], self.pair.old)
        if elsewhere.holds(one, caller):
            self.reasons.add("definition")  # The function that has it now, or had it, is told.
            return
        value = one.value("value") if one.kind == "call" else None
        if self.is_called_instead(one, is_old=what == "removed") or self.is_told_instead(value, is_old=what == "removed"):
            self.reasons.add("definition")  # Told with its caller on one side, and called from there on the other.
            return
        kind, component, significance = kind_of_effect(one)
        text = text_of(one)
        old, new = (None, text) if what == "added" else (text, None)
        at = Spot(None, one.origin) if what == "added" else Spot(one.origin, None)
        self.add(f"{kind} {what}", subject_of(one), old, new, at, component, significance, step=one)

    def is_called_instead(self, one: Effect, *, is_old: bool) -> bool:
        """Whether a step stands in a function that both versions have, and that the other side of this definition still calls."""
        place = one.origin.place
        own = self.pair.old if is_old else self.pair.new
        if place == own.place:
            return False
        return self.around.became.get(place) in self.called_now if is_old else place in self.called_before

    def is_told_instead(self, call: Value | None, *, is_old: bool) -> bool:
        """Whether a function is called that the other side is told with, because the two differ. Where it is called is compared once more
        when that has been told.
        """
        place = _place_called(call)
        there = (self.around.became if is_old else self.around.was).get(place) if place is not None else None
        if there is None:
            return False
        name = f"{module_name_of(there[0])}.{there[1]}"
        return name in self.around.differing and name in (self.other if is_old else self.own).taken_in

    def values(self, old: Value, new: Value, subject: str, kind: str, at: Spot, *, texts: tuple[str, str] = ("", "")) -> None:
        if self.is_told_instead(old, is_old=True) != self.is_told_instead(new, is_old=False):
            self.reasons.add("definition")  # What it gives is another value where the function that gives it is told.
        else:
            super().values(old, new, subject, kind, at, texts=texts)

    @cached_property
    def called_now(self) -> set[Place]:
        return _called(self.other)

    @cached_property
    def called_before(self) -> set[Place | None]:
        return {self.around.became.get(place) for place in _called(self.own)}

    def effect(self, old: Effect, new: Effect) -> None:
        if old.digest == new.digest:
            return
        if old.kind == "call" and self.is_told_instead(old.value("value"), is_old=True) != self.is_told_instead(
            new.value("value"), is_old=False
        ):
            self.single(old, "removed")
            self.single(new, "added")
            return
        before = len(self.told)
        at = Spot(old.origin, new.origin)
        if old.kind == "call":
            one, other = old.value("value"), new.value("value")
            assert one is not None
            assert other is not None
            self.call(one, other, at)
        elif old.kind == "field":
            self.add("field", new.label, text_of(old), text_of(new), at, Component.SOURCE, Significance.LOW)
        else:
            for role, value in old.values:
                theirs = new.value(role)
                if theirs is None:
                    self.reasons.add("loop")
                else:
                    self.values(value, theirs, subject_of(new), new.kind, at)
            theirs_by_role = turned(new) if is_turned(old, new) else dict(new.blocks)
            for role, block in old.blocks:
                if role in theirs_by_role and (old.kind, role) == ("loop", "body"):
                    self.bodies(block, theirs_by_role[role], "continue")
                elif role in theirs_by_role:
                    self.effects(block, theirs_by_role[role])
            if {role for role, _ in old.blocks} != {role for role, _ in new.blocks}:
                self.add(new.kind, subject_of(new), branches_of(old), branches_of(new), at, Component.SOURCE, Significance.MEDIUM)
        if len(self.told) == before and not self.reasons:
            self.add(new.kind, subject_of(new), text_of(old), text_of(new), at, Component.SOURCE, Significance.LOW)


def _is_for_people(name: str, module: Module) -> bool:
    """Whether only those read a name who check types, or want to know what something does."""
    return is_a_type(_only_value(module, name), module) or is_for_readers(name, module)


def _only_value(module: Module, name: str) -> ast.expr | None:
    """What the top of a module assigns to a name, once."""
    bindings = module.syntax.scope.bindings.get(name, ())
    return bindings[0].value if len(bindings) == 1 else None


def _defaults(unit: Unit) -> dict[str, ast.expr]:
    return defaults_of(unit.node.args) if isinstance(unit.node, FunctionNode) else {}


def _word(effect: Effect) -> tuple[str, str]:
    """What is called, of what was made another way too: `step` of an optimiser."""
    _, label, callee = mark(effect)
    return label, callee.rpartition(".")[2]


def _inside(effect: Effect) -> tuple[Effect, ...]:
    return tuple(one for _, block in effect.blocks for one in block)


def _told_as(effect: Effect) -> tuple[str, str]:
    return effect.kind, subject_of(effect)


def _shared(marks: Counter[tuple[str, str]], effects: tuple[Effect, ...]) -> int:
    return (marks & Counter(map(_told_as, effects))).total()


def _in_order(old: Told, new: Told) -> Told:
    return Told(new.change._replace(kind="order", old=None, new=None), Spot(old.at.old, new.at.new))


def _called(form: Form) -> set[Place]:
    """Definitions that a form calls without being told with them."""
    calls = (_place_called(effect.value("value")) for effect in each(form.effects) if effect.kind == "call")
    return {place for place in calls if place is not None}


def _place_called(call: Value | None) -> Place | None:
    """The definition that a value is a call of."""
    called = defined(call.parts[0][1]) if call is not None and call.kind == "call" else None
    return called.origin.place if called is not None and called.origin is not None else None


def _is_an_option(effect: Effect) -> bool:
    """Whether a call declares an option of a command line: their order is the order in the help."""
    return mark(effect)[2].rpartition(".")[2] in ("add_argument", "add_option")
