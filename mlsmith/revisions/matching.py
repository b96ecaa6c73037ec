"""Which definition of one version is which of the other: by name, by what it does, by most of what it does."""

from __future__ import annotations

from dataclasses import dataclass

from mlsmith.revisions.alignment import LIKE, likeness
from mlsmith.revisions.program import Form, Program, Unit

_NAMESAKE = 0.4
"""Share of equal effects from which on definitions of one name in different places are taken for one; every class has an `__init__`"""


@dataclass(frozen=True, slots=True)
class Pair:
    old: Unit
    new: Unit

    @property
    def moved_from(self) -> str | None:
        """The path before, where it is another one now."""
        return self.old.path if self.old.path != self.new.path else None


def matched(old: Program, new: Program) -> tuple[list[Pair], list[Unit], list[Unit]]:
    """Definitions of both sides that are one: by name, in a module that was moved too, by what they do, by last name, by most of what they do."""
    pairs = [Pair(unit, new.units[name]) for name, unit in old.units.items() if name in new.units and new.units[name].kind == unit.kind]
    taken, filled = {pair.old.name for pair in pairs}, {pair.new.name for pair in pairs}
    for name, unit in old.units.items():
        other = new.units.get(_in_its_module(unit, old)) if name not in taken else None
        if other is not None and other.kind == unit.kind and other.name not in filled:
            pairs.append(Pair(unit, other))
            taken.add(name)
            filled.add(other.name)
    gone = [unit for name, unit in old.units.items() if name not in taken]
    come = [unit for name, unit in new.units.items() if name not in filled]
    for same in (_same_form, _same_name, _same_mostly):
        for unit in list(gone):
            candidates = [other for other in come if other.kind == unit.kind and same(old.form(unit), new.form(other), unit, other)]
            if candidates:
                best = max(candidates, key=lambda other: (other.last == unit.last, likeness(old.form(unit), new.form(other))))
                pairs.append(Pair(unit, best))
                gone.remove(unit)
                come.remove(best)
    return pairs, gone, come


def _in_its_module(unit: Unit, program: Program) -> str:
    """The name of a definition in what its module is called now."""
    module = unit.module.name
    return f"{program.renamed[module]}{unit.name.removeprefix(module)}" if module in program.renamed else ""


def _same_form(one: Form, other: Form, old: Unit, new: Unit) -> bool:
    return one.digest == other.digest


def _same_name(one: Form, other: Form, old: Unit, new: Unit) -> bool:
    if not old.last or old.last != new.last:
        return False
    like = likeness(one, other)
    return old.symbol == new.symbol or like >= (LIKE if old.last.startswith("__") else _NAMESAKE)


def _same_mostly(one: Form, other: Form, old: Unit, new: Unit) -> bool:
    return likeness(one, other) >= LIKE
