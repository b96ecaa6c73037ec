"""What two programs do differently: definitions are matched, then their effects, then the values inside them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.change import Change, Component, Significance
from mlsmith.revisions.account import Around, Told
from mlsmith.revisions.alignment import LIKE
from mlsmith.revisions.annotations import is_for_checkers
from mlsmith.revisions.attributes import attribute_changes
from mlsmith.revisions.extracted import Extracted
from mlsmith.revisions.folding import folded, is_ordinary_step
from mlsmith.revisions.imports import imported_elsewhere
from mlsmith.revisions.matching import Pair, matched
from mlsmith.revisions.moved import without_moved
from mlsmith.revisions.program import THE_TOP, Program, Unit, is_own, mentions_in
from mlsmith.revisions.rewriting import is_an_owner, marked
from mlsmith.revisions.spellings import as_lambda, only_hands_on
from mlsmith.revisions.steps import Comparison

_HEADS_THAT_CAME = frozenset({"if added", "loop added", "assert added"})
"""They are told with all that they ask"""


def behaviour_changes(old: Program, new: Program) -> tuple[Change, ...]:
    """Changes of behaviour from one program to the other, each once, by path and line of the new one."""
    went, came = _doubles(old, new), {one: other for one, other in _doubles(new, old).items() if other in new.units}
    old.peer, new.peer = new, old
    old.rename({**imported_elsewhere(old, new), **went})
    new.rename(came)
    pairs, gone, come = matched(old, new)
    gone, come = _beside(gone, went), _beside(come, came)
    differing = [p for p in pairs if old.form(p.old).digest != new.form(p.new).digest]
    tables = {
        (value.digest, new.form(p.new).names[name].digest)
        for p in pairs
        for name, value in old.form(p.old).names.items()
        if name in new.form(p.new).names
    }
    around = Around(
        told=({p.old.place for p in differing}, {p.new.place for p in differing}), tables=tables,
        extracted=(Extracted(old, gone), Extracted(new, come)),
        differing=frozenset(name for pair in differing for name in (pair.old.name, pair.new.name)),
        became={pair.old.place: pair.new.place for pair in pairs}, was={pair.new.place: pair.old.place for pair in pairs},
    )  # fmt: skip
    changes = [*attribute_changes(new.modules.values(), old.attributes)]
    quiet = [pair for pair in differing if _serves_as_before(pair, pairs, around, old, new)]
    told = [one for pair in pairs if pair not in quiet for one in Comparison(pair, around).run(old.form(pair.old), new.form(pair.new))]
    told += _hidden(differing, around, old, new, told)
    told = without_moved(_said_whole(_said_once(told)), new, come, around)
    for program, alone, what in ((old, gone, "removed"), (new, come, "added")):
        told, taken = _without_whole(told, program, alone, is_new=what == "added")
        changes += _wholes(program, alone, {pair.new if what == "added" else pair.old for pair in pairs}, taken, what)
    changes += folded(told, old, new, around.became)
    return tuple(
        sorted(dict.fromkeys(marked(changes, old, new)), key=lambda change: (change.path, change.line, change.subject, change.kind))
    )


def _doubles(program: Program, other: Program) -> dict[str, str]:
    """What stands at the top of a module of one side only, by the name of the like in another module of the other side: one of two that are
    the same came or went, and who used it is compared by what it does.
    """
    assert program.peer is None, "what has a peer is told by names that both share"
    namesakes: dict[tuple[str, str], list[Unit]] = {}
    for one in other.units.values():
        namesakes.setdefault((one.kind, one.symbol), []).append(one)
    found: dict[str, str] = {}
    for name, unit in program.units.items():
        if name not in other.units and unit.kind != "module" and "." not in unit.symbol:
            alike = namesakes.get((unit.kind, unit.symbol), ())
            same = [one.name for one in alike if other.stand_in(one).digest == program.stand_in(unit).digest]
            found |= {name: same[0]} if same else {}
    return found


def _beside(units: list[Unit], doubles: dict[str, str]) -> list[Unit]:
    """The definitions that have no double, and stand in none."""
    return [unit for unit in units if not doubles.keys() & set(_outers(unit.name))]


def _hidden(differing: list[Pair], around: Around, old: Program, new: Program, told: list[Told]) -> Iterator[Told]:
    """What a definition does otherwise itself, where it is told with others that differ: of two differences one can hide the other.

    These definitions are compared once more, with nothing but names for the others. Lines of which something has been said are left in peace.
    """
    said = {line for one in told for line in _lines_of(one)}
    before = {pair.old.name: (str(number), pair.new) for number, pair in enumerate(differing)}
    after = {pair.new.name: (str(number), pair.old) for number, pair in enumerate(differing)}
    some = [pair for pair in differing if (old.form(pair.old).taken_in | new.form(pair.new).taken_in) & around.differing]
    with old.closed(before), new.closed(after):
        forms = [(old.told_anew(pair.old), new.told_anew(pair.new)) for pair in some]
    for pair, (one, other) in zip(some, forms, strict=True):
        found = Comparison(pair, around).run(one, other) if one.digest != other.digest else []
        yield from (each for each in found if not said.intersection(_lines_of(each)))


def _lines_of(told: Told) -> Iterator[tuple[bool, str, int]]:
    """Lines that a change is told of, of either side."""
    for is_new, origin in ((False, told.at.old), (True, told.at.new)):
        if origin is not None:
            yield is_new, origin.path, origin.line


def _said_once(told: list[Told]) -> list[Told]:
    """A constant or default that reaches a call of a library is said there, where it matters, and by its own name where any other step reads it;
    a number that several steps read once.
    """
    once = {one.change: one for one in reversed(told)}
    named = {_values(change) for change in once if change.kind in ("constant", "default")}
    reaching = {_values(change) for change in once if change.kind not in ("constant", "default") and not is_ordinary_step(change)}
    constants = {(change.path, change.old, change.new) for change in once if change.kind == "constant"}
    found = [
        once[change]
        for change in dict.fromkeys(one.change for one in told)
        if not (
            _values(change) in reaching
            if change.kind in ("constant", "default")
            else is_ordinary_step(change) and (_values(change) in named or _reads(once[change], constants))
        )
    ]
    first: dict[object, Told] = {}
    for one in sorted(found, key=lambda one: is_ordinary_step(one.change)):
        first.setdefault(_written(one) or one.change, one)
    return [one for one in found if first[_written(one) or one.change] is one]


def _reads(told: Told, constants: set[tuple[str, str | None, str | None]]) -> bool:
    """Whether a step is given a constant by its name that is told where it stands."""
    change, place = told.change, told.at.new
    if place is None or change.new is None or (change.path, change.old, change.new) not in constants:
        return False
    return change.new not in ast.unparse(place.node)


def _written(told: Told) -> tuple[int, int] | None:
    """Where in the source two constants stand, of which one took the place of the other."""
    old, new = told.at.old, told.at.new
    if old is None or new is None or not (isinstance(old.node, ast.Constant) and isinstance(new.node, ast.Constant)):
        return None
    return id(old.node), id(new.node)


def _said_whole(told: list[Told]) -> list[Told]:
    """Without ordinary calls that came or went as a part of what is told whole on that line, as a decorator is, and without the owner of a
    method that is the result of a call that came.
    """
    wholes: dict[tuple[bool, str, int], list[str]] = {}
    for one in told:
        for is_new, text in ((False, one.change.old), (True, one.change.new)):
            place = one.at.new if is_new else one.at.old
            if text is not None and place is not None and (one.step is None or one.step.kind == "decorator"):
                wholes.setdefault((is_new, place.path, place.line), []).append(text)
    heads = {(one.change.path, one.change.line) for one in told if one.change.kind in _HEADS_THAT_CAME}
    left = [
        one
        for one in told
        if not _is_a_part(one, wholes) and (one.change.kind != "value" or (one.change.path, one.change.line) not in heads)
    ]
    came = {(one.change.symbol, one.change.new) for one in left if one.step is not None and one.change.new is not None}
    return [one for one in left if not _is_the_owner(one, came)]


def _is_a_part(told: Told, wholes: dict[tuple[bool, str, int], list[str]]) -> bool:
    """Whether a call that came or went stands in what is told on its line."""
    change = told.change
    text = change.new or change.old
    if told.step is None or told.step.kind != "call" or not is_ordinary_step(change) or text is None:
        return False
    place = told.at.told
    return any(text in other for other in wholes.get((change.new is not None, place.path, place.line), ()))


def _is_the_owner(told: Told, came: set[tuple[str, str]]) -> bool:
    change = told.change
    return told.step is None and change.kind == "call" and is_an_owner(change) and (change.symbol, change.new or "") in came


def _values(change: Change) -> tuple[str, int, str | None, str | None]:
    return change.path, change.line, change.old, change.new


def _without_whole(told: list[Told], program: Program, alone: list[Unit], *, is_new: bool) -> tuple[list[Told], dict[str, list[Told]]]:
    """The changes without those of functions of which nearly all has come or gone with their caller; and these, by name."""
    places = {unit.place: unit for unit in alone if unit.kind == "function"}
    inside: dict[str, list[Told]] = {}
    for one in told:
        origin = one.at.new if is_new else one.at.old
        if one.step is not None and None in (one.at.old, one.at.new) and origin is not None and origin.place in places:
            inside.setdefault(places[origin.place].name, []).append(one)
    whole = {name: some for name, some in inside.items() if len(some) >= LIKE * _number_of_steps(program, program.units[name])}
    taken = {id(one) for some in whole.values() for one in some}
    return [one for one in told if id(one) not in taken], whole


def _number_of_steps(program: Program, unit: Unit) -> int:
    """Those that are told one by one where the function is told with its caller."""
    effects = program.form(unit).effects
    return sum(one.origin.scope == unit.symbol and one.kind not in ("default", "return", "definition") for one in effects)


def _wholes(program: Program, alone: list[Unit], paired: set[Unit], taken: dict[str, list[Told]], what: str) -> Iterator[Change]:
    """Definitions that only one side has and that do something there, if no caller has been told with them; of a file or class itself alone."""
    taken_in = {name for unit in paired for name in program.form(unit).taken_in}
    shared = {outer for unit in paired for outer in _outers(unit.name)} | {unit.path for unit in paired}
    classes = {unit.name: unit for unit in alone if unit.kind == "class" and (unit.name not in shared or program.form(unit).effects)}
    told: set[str] = set()
    for unit in alone:
        if (unit.name in taken_in and unit.name not in taken) or not program.form(unit).effects:
            continue
        if _does_as_without_it(unit, program):
            continue
        around = [classes[name] for name in _outers(unit.name) if name in classes and classes[name].path == unit.path]
        whole = around[-1] if around else unit
        if unit.path not in shared:
            whole = program.units[f"{unit.module.name}."]
        if whole.name not in told:
            told.add(whole.name)
            steps = [one.change for one in taken.get(unit.name, ())]
            yield _whole(whole, what, tuple(steps), is_file=unit.path not in shared)


def _serves_as_before(pair: Pair, pairs: list[Pair], around: Around, old: Program, new: Program) -> bool:
    """Whether a function that differs is nobody's but that of callers which do, with it, what they did. A base may call a method that its heirs
    define, however it is called.
    """
    one, other = pair.old, pair.new
    if one.kind != "function" or not is_own(one.last) or one.last != other.last or _is_of_an_heir(one) or _is_of_an_heir(other):
        return False
    callers = [p for p in pairs if one.name in old.form(p.old).taken_in and other.name in new.form(p.new).taken_in]
    if not callers or any(p.old.place in around.told[0] for p in callers):
        return False
    return all(
        program.mentions(one.last) == sum(mentions_in(unit.node, one.last) for unit in units)
        for program, units in ((old, [p.old for p in callers]), (new, [p.new for p in callers]))
    )


def _is_of_an_heir(unit: Unit) -> bool:
    owner = getattr(unit.node, "up", None)
    return isinstance(owner, ast.ClassDef) and bool(owner.bases or owner.keywords)


def _does_as_without_it(unit: Unit, program: Program) -> bool:
    """Whether a definition that one side has alone says what others look like, has no name on the other side, or is there in another class."""
    lambdas = program.peer.lambdas if program.peer is not None else frozenset()
    return is_for_checkers(unit) or only_hands_on(unit.node) or as_lambda(unit.node) in lambdas or _is_inherited(unit, program)


def _is_inherited(unit: Unit, program: Program) -> bool:
    """Whether the class of a method has the same one from another class of the other side."""
    owner, other = unit.name.rpartition(".")[0], program.peer
    there = other.units.get(owner) if other is not None else None
    if other is None or there is None or there.kind != "class":
        return False
    ancestors = (other.units.get(f"{ancestor}.{unit.last}") for ancestor in there.module.resolver.lineage(owner)[1:])
    first = next((one for one in ancestors if one is not None), None)
    return first is not None and other.form(first).digest == program.form(unit).digest


def _outers(name: str) -> list[str]:
    """A dotted name and those of what it stands in, from the inside."""
    parts = name.split(".")
    return [".".join(parts[:keep]) for keep in range(len(parts), 0, -1)]


def _whole(unit: Unit, what: str, steps: tuple[Change, ...], *, is_file: bool) -> Change:
    return Change(
        component=Component.SOURCE, kind=f"{unit.kind} {what}", path=unit.path, line=getattr(unit.node, "lineno", 1), symbol="",
        subject=unit.module.name if is_file else unit.symbol or THE_TOP, old=None, new=None,
        significance=min((step.significance for step in steps), key=tuple(Significance).index, default=Significance.LOW),
        steps=steps,
    )  # fmt: skip
