"""Where two values differ: down to the innermost places, each in the words of the source."""

from __future__ import annotations

import ast
from difflib import SequenceMatcher

from mlsmith.change import Component, Significance
from mlsmith.revisions.account import Account, Spot
from mlsmith.revisions.kinship import (
    DISPLAYS,
    TOLD_ELSEWHERE,
    are_lambdas,
    are_one_by_one,
    are_others,
    are_shifted,
    defined,
    digests,
    holds,
    is_a_table,
    is_inside,
    is_of_one_name,
    is_told,
    pair_by_name,
    roots_of,
    stands_in,
)
from mlsmith.revisions.meaning_of_calls import argument_name, default_of, kind_of_call
from mlsmith.revisions.parts import by_key, digests_of, elements_of, is_query_text, nodes_of, stable
from mlsmith.revisions.program import Unit
from mlsmith.revisions.queries import parts_of_texts
from mlsmith.revisions.telling import defaults_of
from mlsmith.revisions.values import Origin, Value
from mlsmith.revisions.wording import argument_as_written, entry, shown, told_apart, unparsed


class InnerValues(Account):
    def call(self, old: Value, new: Value, at: Spot) -> None:
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
                subject = callee or ("lambda" if are_lambdas(one) else "")
                self.values(one, other, subject, kind, at)  # a method of something that has changed itself
            else:
                was, now = told_apart(old, new)
                self.add(f"{kind} replaced", callee or now, was, now, at, component, significance)
                return
        ours = {argument_name(callee, role): value for role, value in old.arguments.items()}
        theirs = {argument_name(callee, role): value for role, value in new.arguments.items()}
        if old.arguments.keys() != new.arguments.keys():
            self.reasons.add("default")  # Where they differ by that alone, the same is called in the same way.
        pair_by_name(ours, theirs, new)
        pair_by_name(theirs, ours, old)
        name = callee or _own_name(new)
        for role, now_role in _renamed(callee, ours, theirs):
            was, now = _as_given(role, ours.pop(role)), _as_given(now_role, theirs.pop(now_role))
            self.add(f"{kind} keyword", name or shown(new.parts[0][1]), was, now, at, component, significance)
        for role in dict.fromkeys([*ours, *theirs]):
            first, second = ours.get(role), theirs.get(role)
            subject = f"{name}({'argument' if role.startswith('renamed ') else '**' if role.startswith('**') else role})"
            if role.isdigit():
                subject = f"{name}(argument {int(role) + 1})"
            if first is not None and second is not None:
                self.values(first, second, subject, kind, at, texts=(argument_as_written(old, role), argument_as_written(new, role)))
                continue
            there = first or second
            assert there is not None
            default, text = default_of(callee, role), shown(there)
            if default == text:
                self.reasons.add("default")  # The library does the same without it.
            else:
                absent = f"{default} (the library's default)" if default is not None else _own_default(new if second is None else old, role)
                before, after = (text, absent) if first is not None else (absent, text)
                self.add(f"{kind} argument", subject, before, after, at, component, significance)

    def values(self, old: Value, new: Value, subject: str, kind: str, at: Spot, *, texts: tuple[str, str] = ("", "")) -> None:
        """The innermost places where two values differ. `texts` is how the values stand in the source, where that says more."""
        asked = (old.digest, new.digest, nodes_of(old, new), subject, kind, at)
        if old.digest == new.digest or asked in self.asked:
            return
        self.asked[asked] = None
        if are_lambdas(old, new) and len(old.parts) == len(new.parts):
            for (_, one), (_, other) in zip(old.parts, new.parts, strict=True):
                self.values(one, other, subject, kind, at)
            return
        if is_told(old) and is_told(new) and not self.is_another(old, new):
            roots = roots_of(old, new)
            self.reasons |= {"definition"} if roots == {"definition"} else {new.kind, *(roots & {"version"})}
            return
        if is_query_text(old) and is_query_text(new) and old.label != new.label:
            for part, gone, come in parts_of_texts(old.label.partition(":")[2], new.label.partition(":")[2]):
                self.add("query", part, gone, come, _made(old, new, at), Component.DATA, Significance.HIGH)
            return
        if old.kind == new.kind == "call" and old.callee == new.callee and digests_of(old) != digests_of(new):
            self.call(old, new, at)
            return
        if is_a_table(old, new) and (old.digest, new.digest) in self.around.tables and (self.pair.new.symbol or kind != "constant"):
            self.reasons.add("definition")  # Told where the table stands.
            return
        if is_of_one_name(old, new):
            self.reasons.add("definition")  # The function that it names came, or went: told there.
            return
        ours, theirs = stable(old), stable(new)
        if old.kind == new.kind == "Dict" and not are_one_by_one(ours, theirs):
            self.elements(old, new, subject, kind, at)
            return
        if old.kind == new.kind and old.kind in DISPLAYS and old.kind != "Dict" and are_shifted(ours, theirs):
            self.elements(old, new, subject, kind, at)
            return
        if (
            not holds(old, new)
            and (old.kind, old.label, [role for role, _ in ours]) == (new.kind, new.label, [role for role, _ in theirs])
            and (ours or old.parts)
        ):
            if [part.digest for _, part in ours] == [part.digest for _, part in theirs]:
                self.reasons.add("version")  # Read later, or the second time: it differs by what happened between.
            before, said, known = [len(self.told)], set(self.said), len(self.asked)
            for (_, one), (_, other) in zip(ours, theirs, strict=True):
                self.values(one, other, subject, kind, at)
                before.append(len(self.told))
            changes = [one.change for one in self.told[before[0] :]]
            if before != [*range(before[0], before[0] + len(ours) + 1)] or not are_others(old, new, changes, subject):
                return
            self.told[before[0] :], self.said = [], said
            while len(self.asked) > known:
                self.asked.popitem()
        if old.kind == new.kind and old.kind in DISPLAYS and [part.digest for _, part in ours] != [part.digest for _, part in theirs]:
            self.elements(old, new, subject, kind, at)
            return
        if self.is_of_another(old, self.around.told[0]) and self.is_of_another(new, self.around.told[1]):
            self.reasons.add("definition")  # Both stand in a function that is told with this one, and compared by itself.
            return
        _, component, significance = kind_of_call(subject.partition("(")[0])
        was, now = (shown(value) if value.kind == "constant" or not text else text for value, text in zip((old, new), texts, strict=True))
        if was == now:
            was, now = told_apart(old, new)
        place = Spot(_written(old.origin, at.old, self.pair.old), _written(new.origin, at.new, self.pair.new))
        if not (old.kind == new.kind == "constant"):
            if (nodes_of(old, new), was, now) in self.said:
                self.reasons.add("derived")
                return
            self.said.add((nodes_of(old, new), was, now))
        if kind in ("if", "loop", "assert") and not is_inside(place.new, at.new):
            kind = "value"  # It is what the test or loop reads, and stands elsewhere.
        self.add(f"{kind} value" if kind in ("if", "loop") else kind, subject, was, now, place, component, significance)

    def elements(self, old: Value, new: Value, subject: str, kind: str, at: Spot) -> None:
        """What differs between two displays: by key, or by order."""
        _, component, significance = kind_of_call(subject.partition("(")[0])
        ours, theirs = elements_of(old), elements_of(new)
        if old.kind == "Dict":
            ours, theirs = self.entries(dict(by_key(ours)), dict(by_key(theirs)), subject, kind, at)
            if len(ours) == len(theirs) and {k.digest: v.digest for k, v in ours} == {k.digest: v.digest for k, v in theirs}:
                if ours:
                    self.add("order", subject, None, None, _made(old, new, at), component, significance)
                return
        marks = [[key.digest + value.digest for key, value in side] for side in (ours, theirs)]
        before = len(self.told)
        for what, i1, i2, j1, j2 in SequenceMatcher(None, marks[0], marks[1], autojunk=False).get_opcodes():
            if what != "equal":
                gone, come = ours[i1:i2], theirs[j1:j2]
                was, now = (", ".join(entry(old.kind, *pair) for pair in some) or None for some in (gone, come))
                written = tuple(id(value.origin.node) for _, value in (*gone, *come) if value.origin is not None)
                if not self.said.intersection({(nodes_of(old, new), was, now), (written, was, now)}):
                    self.said |= {(nodes_of(old, new), was, now), (written, was, now)}
                    self.add(kind, subject, was, now, _made(old, new, at), component, significance)
        if len(self.told) == before:
            self.reasons.add("derived")

    def entries(
        self, ours: dict[bytes, tuple[Value, Value]], theirs: dict[bytes, tuple[Value, Value]], subject: str, kind: str, at: Spot
    ) -> tuple[list[tuple[Value, Value]], list[tuple[Value, Value]]]:
        """Compare what stands under the keys that both mappings have; what only one has, and all of both where only their order differs."""
        both = [key for key in ours if key in theirs]
        for key in both:
            self.values(ours[key][1], theirs[key][1], f"{subject}[{shown(ours[key][0])}]", kind, at)
        rest = [pair for key, pair in ours.items() if key not in theirs], [pair for key, pair in theirs.items() if key not in ours]
        same = all(ours[key][1].digest == theirs[key][1].digest for key in both)
        return rest if rest[0] or rest[1] or not same else (list(ours.values()), list(theirs.values()))


def _renamed(callee: str, ours: dict[str, Value], theirs: dict[str, Value]) -> list[tuple[str, str]]:
    """Places and keywords before and after under which one value is handed in, of a call whose parameters nobody knows the order of."""
    gone, come = ([role for role in one if _is_given(role) and role not in other] for one, other in ((ours, theirs), (theirs, ours)))
    pairs = [(one, other) for one in gone for other in come if ours[one].digest == theirs[other].digest]
    alone = [pair for pair in pairs if sum(pair[0] == one or pair[1] == other for one, other in pairs) == 1]
    return [pair for pair in alone if all(default_of(callee, role) is None for role in pair)]


def _is_given(role: str) -> bool:
    return role.isdigit() or role.isidentifier()


def _as_given(role: str, value: Value) -> str:
    return f"argument {int(role) + 1}: {shown(value)}" if role.isdigit() else f"{role}={shown(value)}"


def _own_name(call: Value) -> str:
    """The name of the project's own function or class that is called."""
    what = defined(call.parts[0][1])
    return what.origin.scope if what is not None and what.origin is not None else ""


def _own_default(call: Value, role: str) -> str | None:
    """The default of the function that is called, where that is what it is given: an argument that says no more is left out."""
    what = defined(call.parts[0][1])
    node = what.origin.node if what is not None and what.origin is not None else None
    if isinstance(node, ast.ClassDef):
        node = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    default = defaults_of(node.args).get(role) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
    return f"{unparsed(default)} (the default)" if default is not None and argument_as_written(call, role) else None


def _made(old: Value, new: Value, at: Spot) -> Spot:
    return Spot(old.origin or at.old, new.origin or at.new)


def _written(place: Origin | None, of_step: Origin | None, own: Unit) -> Origin | None:
    """Where a value is written, if that is in the definition that the step belongs to, or in the one that is compared and hands it in."""
    if place is None or of_step is None:
        return of_step
    return place if stands_in(place, of_step) or stands_in(place, own.origin) else of_step
