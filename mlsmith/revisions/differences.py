"""What two programs do differently: definitions are matched, then their effects, then the values inside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from mlsmith.change import Change, Component, Significance
from mlsmith.revisions.alignment import alike, find_inside, mark
from mlsmith.revisions.attributes import attribute_changes
from mlsmith.revisions.calls import OF_A_DISTRIBUTION
from mlsmith.revisions.effects import Effect
from mlsmith.revisions.evaluation import OF_A_FILE
from mlsmith.revisions.extracted import Extracted
from mlsmith.revisions.imports import imported_elsewhere
from mlsmith.revisions.kinship import (
    DISPLAYS,
    TOLD_ELSEWHERE,
    are_one_by_one,
    defined,
    digests,
    holds,
    is_a_table,
    is_inside,
    is_of_one_name,
    is_told,
    is_turned,
    pair_by_name,
    roots_of,
    stands_in,
    turned,
)  # fmt: skip
from mlsmith.revisions.matching import Pair, matched
from mlsmith.revisions.meaning_of_calls import argument_name, default_of, kind_of_call
from mlsmith.revisions.parts import by_key, digests_of, elements_of, is_query_text, nodes_of, stable
from mlsmith.revisions.program import Form, Program, Unit
from mlsmith.revisions.queries import parts_of_texts
from mlsmith.revisions.values import Origin, Value
from mlsmith.revisions.wording import argument_as_written, entry, kind_of_effect, shown, subject_of, text_of, told_apart, weight_of

_PURE = (
    "numpy.ceil",
    "numpy.floor",
    "numpy.zeros",
    "numpy.ones",
    "numpy.array",
    "numpy.arange",
    "math.",
    "os.path.join",
    "os.path.basename",
    "tuple",
)
"""What computes something from what it is given, and looks at nothing else: its place does not matter"""


Places = set[tuple[str, str]]
"""(path, symbol) of definitions that are compared by themselves"""


def behaviour_changes(old: Program, new: Program) -> tuple[Change, ...]:
    """Changes of behaviour from one program to the other, each once, by path and line of the new one."""
    old.peer, new.peer = new, old
    old.renamed |= imported_elsewhere(old, new)
    pairs, gone, come = matched(old, new)
    changes: list[Change] = [*attribute_changes(new.modules.values(), old.attributes)]
    old_told = {name for pair in pairs for name in old.form(pair.old).taken_in}
    new_told = {name for pair in pairs for name in new.form(pair.new).taken_in}
    differing = [p for p in pairs if old.form(p.old).digest != new.form(p.new).digest]
    tables = {
        (value.digest, new.form(p.new).names[name].digest)
        for p in pairs
        for name, value in old.form(p.old).names.items()
        if name in new.form(p.new).names
    }
    places = ({(p.old.path, p.old.symbol) for p in differing}, {(p.new.path, p.new.symbol) for p in differing})
    around = _Around(
        told=places, tables=tables, extracted=(Extracted(old, gone), Extracted(new, come)),
        differing=frozenset(name for pair in differing for name in (pair.old.name, pair.new.name)),
        became={_place(pair.old): _place(pair.new) for pair in pairs},
    )  # fmt: skip
    for pair in pairs:
        changes += _Comparison(pair, around).run(old.form(pair.old), new.form(pair.new))
    for unit in gone:
        if unit.name not in old_told and old.form(unit).effects:
            changes.append(_whole(unit, "removed"))
    for unit in come:
        if unit.name not in new_told and new.form(unit).effects:
            changes.append(_whole(unit, "added"))
    return tuple(sorted(_said_once(changes), key=lambda change: (change.path, change.line, change.subject, change.kind)))


def _said_once(changes: list[Change]) -> list[Change]:
    """A constant or default that reaches a call is said there, where it matters."""
    reaching = {(c.path, c.line, c.old, c.new) for c in changes if c.kind not in ("constant", "default")}
    return [c for c in dict.fromkeys(changes) if c.kind not in ("constant", "default") or (c.path, c.line, c.old, c.new) not in reaching]


@dataclass(frozen=True, slots=True)
class _Around:
    """What a comparison of one definition knows of the others."""

    told: tuple[Places, Places]
    """Definitions that differ, before and after: what stands in them is told there"""
    tables: set[tuple[bytes, bytes]]
    """Values of names at the top of modules, before and after, which are compared there"""
    extracted: tuple[Extracted, Extracted]
    differing: frozenset[str]
    """Dotted names of definitions that differ by themselves"""
    became: dict[tuple[str, str], tuple[str, str]]
    """Which definition is which"""


class _Comparison:
    """Of one definition with what became of it."""

    def __init__(self, pair: Pair, around: _Around) -> None:
        self.pair = pair
        self.around = around
        self.moved_from = pair.old.path if pair.old.path != pair.new.path else None
        self.changes: list[Change] = []
        self.said: set[tuple[Any, str | None, str | None]] = set()
        """Expressions whose difference has been told, in words: what is computed from them differs for that"""
        self.reasons: set[str] = set()
        """Kinds of values that differ because of something that is told elsewhere"""

    def run(self, old: Form, new: Form) -> list[Change]:
        self.own, self.other = old, new
        if old.digest != new.digest:
            self.effects(old.effects, new.effects)
            self.changes = self.moved(self.changes)
            if (
                not self.changes
                and "definition" not in self.reasons
                and self.reasons != {"harmless"}
                and not ((old.taken_in | new.taken_in) & self.around.differing)
                and not ("default" in self.reasons and self.reasons <= {"default", "call"})
            ):
                kind = "order" if "version" in self.reasons else "code"
                where = self.pair.new.symbol or "the top of the file"
                self.add(kind, where, None, None, _origin(self.pair.new), Component.SOURCE, Significance.MEDIUM)
        for name in sorted((old.names.keys() & new.names.keys()) - OF_A_FILE):
            one, other = old.names[name], new.names[name]
            of_the_package = self.pair.new.path.endswith("setup.py") and name.lower().replace("licence", "license") in OF_A_DISTRIBUTION
            if one.digest != other.digest and not (is_told(one) and is_told(other)) and not of_the_package:
                self.values(one, other, name, "constant", other.origin or _origin(self.pair.new))
        return self.changes

    def is_kept(self, default: Effect, form: Form) -> bool:
        """Whether a parameter of that name has that default on the other side too."""
        value = default.value("value")
        same = [one for one in form.effects if one.kind == "default" and mark(one) == mark(default)]
        return value is not None and any(theirs.digest == value.digest for one in same if (theirs := one.value("value")) is not None)

    def moved(self, changes: list[Change]) -> list[Change]:
        """The same step that came in one place and went in another has moved: its order, or the branch around it, is another one."""
        came = {_step(c): c for c in changes if c.kind.endswith(" added")}
        steps = {_step(c) for c in changes if c.kind.endswith(" removed") and _step(c) in came}
        if not steps:
            return changes
        kept = [c for c in changes if not (c.kind.endswith((" added", " removed")) and _step(c) in steps)]
        told = {
            step if step[0] == self.pair.new.symbol else step[:1]: came[step] for step in sorted(steps, key=str)
        }  # of a called function one
        return [*kept, *(replace(c, kind="order", old=None, new=None) for c in told.values())]

    # effects

    def effects(self, old: tuple[Effect, ...], new: tuple[Effect, ...]) -> None:
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
                    self.add("order", subject_of(other), None, None, other.origin, *weight_of(other))
        self.wrapped(left, right)
        pairs, lost, got = alike(tuple(left), tuple(right))
        for one, other in pairs:
            if one.kind == other.kind == "call" and mark(one) == mark(other) and not _is_an_option(other):
                self.add("order", subject_of(other), None, None, other.origin, *weight_of(other))
            self.effect(one, other)
        for one in lost:
            self.single(one, "removed")
        for other in got:
            self.single(other, "added")

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
        kind, component, significance = kind_of_effect(one)
        text = text_of(one)
        origin = one.origin if what == "added" else Origin(one.origin.path, one.origin.scope, one.origin.node)
        old, new = (None, text) if what == "added" else (text, None)
        self.add(f"{kind} {what}", subject_of(one), old, new, origin, component, significance, gone=what == "removed")

    def effect(self, old: Effect, new: Effect) -> None:
        if old.digest == new.digest:
            return
        before = len(self.changes)
        if old.kind == "call":
            one, other = old.value("value"), new.value("value")
            assert one is not None
            assert other is not None
            self.call(one, other, new.origin)
        else:
            for role, value in old.values:
                theirs = new.value(role)
                if theirs is None:
                    self.reasons.add("loop")
                else:
                    self.values(value, theirs, subject_of(new), new.kind, new.origin)
            theirs_by_role = turned(new) if is_turned(old, new) else dict(new.blocks)
            for role, block in old.blocks:
                if role in theirs_by_role:
                    self.effects(block, theirs_by_role[role])
            if {role for role, _ in old.blocks} != {role for role, _ in new.blocks}:
                self.add(new.kind, subject_of(new), text_of(old), text_of(new), new.origin, Component.SOURCE, Significance.MEDIUM)
        if len(self.changes) == before and not self.reasons:
            self.add(new.kind, subject_of(new), text_of(old), text_of(new), new.origin, Component.SOURCE, Significance.LOW)

    # values

    def call(self, old: Value, new: Value, origin: Origin) -> None:
        callee = new.callee or old.callee
        kind, component, significance = kind_of_call(callee)
        one, other = old.parts[0][1], new.parts[0][1]
        if one.digest != other.digest:
            if is_of_one_name(one, other) and sorted(digests(old.arguments)) == sorted(digests(new.arguments)):
                self.reasons.add("definition")
                return
            if defined(one) is not None and defined(other) is not None and self.is_told_with_it(old) != self.is_told_with_it(new):
                self.reasons.add("definition")  # One side tells a function here that the other calls.
                return
            if (
                one.kind == other.kind
                and not self.is_another(one, other)
                and (one.kind in TOLD_ELSEWHERE or (one.kind == "attribute" and one.label == other.label))
            ):
                self.values(one, other, callee, kind, origin)  # a method of something that has changed itself
            else:
                was, now = told_apart(old, new)
                self.add(f"{kind} replaced", callee or now, was, now, origin, component, significance)
                return
        ours = {argument_name(callee, role): value for role, value in old.arguments.items()}
        theirs = {argument_name(callee, role): value for role, value in new.arguments.items()}
        if old.arguments.keys() != new.arguments.keys():
            self.reasons.add("default")  # Where they differ by that alone, the same is called in the same way.
        pair_by_name(ours, theirs, new)
        pair_by_name(theirs, ours, old)
        for role in dict.fromkeys([*ours, *theirs]):
            first, second = ours.get(role), theirs.get(role)
            subject = f"{callee}({'argument' if role.startswith('renamed ') else role})"
            if role.isdigit():
                subject = f"{callee}(argument {int(role) + 1})"
            if first is not None and second is not None:
                self.values(first, second, subject, kind, origin, texts=(argument_as_written(old, role), argument_as_written(new, role)))
                continue
            there = first or second
            assert there is not None
            default, text = default_of(callee, role), shown(there)
            if default == text:
                self.reasons.add("default")  # The library does the same without it.
            else:
                absent = f"{default} (the library's default)" if default is not None else None
                before, after = (text, absent) if first is not None else (absent, text)
                self.add(f"{kind} argument", subject, before, after, origin, component, significance)

    def is_another(self, old: Value, new: Value) -> bool:
        """Whether two definitions are not the one and what became of it."""
        one, other = defined(old), defined(new)
        if one is None or other is None or one.digest == other.digest or one.origin is None or other.origin is None:
            return False
        return self.around.became.get((one.origin.path, one.origin.scope)) != (other.origin.path, other.origin.scope)

    def is_of_another(self, value: Value, told: Places) -> bool:
        """Whether a value is written in another definition that differs too."""
        own = {(unit.path, unit.symbol) for unit in (self.pair.old, self.pair.new)}
        place = (value.origin.path, value.origin.scope) if value.origin is not None else ("", "")
        return value.kind != "parameter" and bool(place[1]) and place not in own and place in told

    def is_told_with_it(self, call: Value) -> bool:
        """Whether a call stands in a function whose body is told here."""
        own = {(unit.path, unit.symbol) for unit in (self.pair.old, self.pair.new)}
        return call.origin is not None and (call.origin.path, call.origin.scope) not in own

    def values(self, old: Value, new: Value, subject: str, kind: str, origin: Origin, *, texts: tuple[str, str] = ("", "")) -> None:
        """The innermost places where two values differ. `texts` is how the values stand in the source, where that says more."""
        if old.digest == new.digest:
            return
        if is_told(old) and is_told(new) and not self.is_another(old, new):
            roots = roots_of(old, new)
            self.reasons |= {"definition"} if roots == {"definition"} else {new.kind, *(roots & {"version"})}
            return
        if is_query_text(old) and is_query_text(new) and old.label != new.label:
            for part, gone, come in parts_of_texts(old.label.partition(":")[2], new.label.partition(":")[2]):
                self.add("query", part, gone, come, new.origin or origin, Component.DATA, Significance.HIGH)
            return
        if old.kind == new.kind == "call" and old.callee == new.callee and digests_of(old) != digests_of(new):
            self.call(old, new, origin)
            return
        if is_a_table(old, new) and (old.digest, new.digest) in self.around.tables and self.pair.new.symbol:
            self.reasons.add("definition")  # Told where the table stands.
            return
        if is_of_one_name(old, new):
            self.reasons.add("definition")  # The function that it names came, or went: told there.
            return
        ours, theirs = stable(old), stable(new)
        if old.kind == new.kind == "Dict" and not are_one_by_one(ours, theirs):
            self.elements(old, new, subject, kind, origin)
            return
        if (
            not holds(old, new)
            and (old.kind, old.label, [role for role, _ in ours]) == (new.kind, new.label, [role for role, _ in theirs])
            and (ours or old.parts)
        ):
            if [part.digest for _, part in ours] == [part.digest for _, part in theirs]:
                self.reasons.add("version")  # Read later, or the second time: it differs by what happened between.
            for (_, one), (_, other) in zip(ours, theirs, strict=True):
                self.values(one, other, subject, kind, origin)
            return
        if old.kind == new.kind and old.kind in DISPLAYS and [part.digest for _, part in ours] != [part.digest for _, part in theirs]:
            self.elements(old, new, subject, kind, origin)
            return
        if self.is_of_another(old, self.around.told[0]) and self.is_of_another(new, self.around.told[1]):
            self.reasons.add("definition")  # Both stand in a function that is told with this one, and compared by itself.
            return
        _, component, significance = kind_of_call(subject.partition("(")[0])
        was, now = (shown(value) if value.kind == "constant" or not text else text for value, text in zip((old, new), texts, strict=True))
        if was == now:
            was, now = told_apart(old, new)
        place = new.origin if new.origin is not None and stands_in(new.origin, origin) else origin
        if not (old.kind == new.kind == "constant"):
            if (nodes_of(old, new), was, now) in self.said:
                self.reasons.add("derived")
                return
            self.said.add((nodes_of(old, new), was, now))
        if kind in ("if", "loop", "assert") and not is_inside(place, origin):
            kind = "value"  # It is what the test or loop reads, and stands elsewhere.
        self.add(f"{kind} value" if kind in ("if", "loop") else kind, subject, was, now, place, component, significance)

    def elements(self, old: Value, new: Value, subject: str, kind: str, origin: Origin) -> None:
        """What differs between two displays: by key, or by order."""
        _, component, significance = kind_of_call(subject.partition("(")[0])
        ours, theirs = elements_of(old), elements_of(new)
        if old.kind == "Dict":
            ours, theirs = self.entries(dict(by_key(ours)), dict(by_key(theirs)), subject, kind, origin)
        marks = [[key.digest + value.digest for key, value in side] for side in (ours, theirs)]
        before = len(self.changes)
        for what, i1, i2, j1, j2 in SequenceMatcher(None, marks[0], marks[1], autojunk=False).get_opcodes():
            if what != "equal":
                was, now = (", ".join(entry(old.kind, *pair) for pair in some) or None for some in (ours[i1:i2], theirs[j1:j2]))
                if (nodes_of(old, new), was, now) not in self.said:
                    self.said.add((nodes_of(old, new), was, now))
                    self.add(kind, subject, was, now, new.origin or origin, component, significance)
        if len(self.changes) == before:
            self.reasons.add("derived")

    def entries(
        self, ours: dict[bytes, tuple[Value, Value]], theirs: dict[bytes, tuple[Value, Value]], subject: str, kind: str, origin: Origin
    ) -> tuple[list[tuple[Value, Value]], list[tuple[Value, Value]]]:
        """Compare what stands under the keys that both mappings have; what only one has, and all of both where only their order differs."""
        both = [key for key in ours if key in theirs]
        for key in both:
            self.values(ours[key][1], theirs[key][1], f"{subject}[{shown(ours[key][0])}]", kind, origin)
        rest = [pair for key, pair in ours.items() if key not in theirs], [pair for key, pair in theirs.items() if key not in ours]
        same = all(ours[key][1].digest == theirs[key][1].digest for key in both)
        return rest if rest[0] or rest[1] or not same else (list(ours.values()), list(theirs.values()))

    def add(
        self, kind: str, subject: str, old: str | None, new: str | None, origin: Origin, component: Component, significance: Significance,
        *, gone: bool = False,
    ) -> None:  # fmt: skip
        inside = (origin.path, origin.scope)
        own = self.pair.old if gone else self.pair.new
        if origin.scope and inside != (own.path, own.symbol) and inside in (self.around.told[0] if gone else self.around.told[1]):
            self.reasons.add("definition")  # It stands in a function that is compared by itself.
            return
        if kind == "order" and subject.startswith(_PURE):
            self.reasons.add("harmless")
            return
        if old == new and old is not None and kind != "order":
            self.reasons.add("derived")  # The same words about something that has changed before.
            return
        self.changes.append(
            Change(
                component=component, kind=kind, path=self.pair.new.path if gone and origin.path == self.pair.old.path else origin.path,
                line=origin.line, symbol=origin.scope, subject=subject, old=old, new=new,
                significance=significance, moved_from=self.moved_from,
            )
        )  # fmt: skip


def _place(unit: Unit) -> tuple[str, str]:
    return unit.path, unit.symbol


def _step(change: Change) -> tuple[str, str, str | None]:
    return change.symbol, change.subject, change.old or change.new


def _is_an_option(effect: Effect) -> bool:
    """Whether a call declares an option of a command line: their order is the order in the help."""
    return mark(effect)[2].rpartition(".")[2] in ("add_argument", "add_option")


def _whole(unit: Unit, what: str) -> Change:
    return Change(
        component=Component.SOURCE, kind=f"{unit.kind} {what}", path=unit.path, line=getattr(unit.node, "lineno", 1), symbol="",
        subject=unit.symbol or "the top of the file", old=None, new=None, significance=Significance.LOW,
    )  # fmt: skip


def _origin(unit: Unit) -> Origin:
    return Origin(unit.path, unit.symbol, unit.node)
