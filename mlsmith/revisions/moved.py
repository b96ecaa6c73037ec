"""Steps that vanish in one definition and appear in another were moved there: one line for the two, whatever their names are now.

Where the definition that lost them calls the new one that has them, nothing is said: they are run as before.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from mlsmith.change import Change, Component, Significance
from mlsmith.revisions.account import Around, Place, Spot, Told
from mlsmith.revisions.effects import Effect, each
from mlsmith.revisions.program import THE_TOP, Program, Unit
from mlsmith.revisions.shapes import shape_of
from mlsmith.revisions.wording import head_of, shortened

_LEAST = 2
"""So many steps that are alike are no accident; one is none where it is long"""
_LONG = 60
_WIDTH = 60


@dataclass(slots=True)
class _Lost:
    """What a definition lost to another."""

    went: list[Told] = field(default_factory=list)
    came: list[Told] = field(default_factory=list)
    weight: int = 0


def without_moved(told: list[Told], new: Program, come: Iterable[Unit], around: Around) -> list[Told]:
    """What is told, without the steps that moved, and with a line for each two definitions of which one has them from the other."""
    removed = [one for one in told if one.step is not None and one.at.new is None]
    if not removed:
        return told
    added = [one for one in told if one.step is not None and one.at.old is None]
    homes = _Homes(added, new, come)
    lost: dict[tuple[Place, Place], _Lost] = {}
    for one in removed:
        place = one.at.told.place
        for home in homes.of(one):
            if home != around.became.get(place, place):
                found = lost.setdefault((place, home), _Lost())
                found.went.append(one)
                found.weight += _weight(one)
    gone: set[int] = set()
    lines: list[Told] = []
    for (place, home), found in sorted(lost.items(), key=lambda pair: -pair[1].weight):
        went = [one for one in found.went if id(one) not in gone]
        if sum(map(_weight, went)) < (_LEAST if place[0] == home[0] else _LEAST + 1):
            continue
        shapes = Counter(shape for one in went for shape in _shapes(one))
        came = [one for one in added if one.at.told.place == home and id(one) not in gone and _take(shapes, one)]
        gone |= {id(one) for one in (*went, *came)}
        if not homes.is_called_from(home, around.became.get(place)):
            lines.append(_line(place, home, went, came, homes))
    return [*(one for one in told if id(one) not in gone), *lines]


def _take(shapes: Counter[str], told: Told) -> bool:
    """Whether all of a step is among what went, of which it takes its part."""
    own = Counter(_shapes(told))
    if any(shapes[shape] < number for shape, number in own.items()):
        return False
    shapes.subtract(own)
    return True


class _Homes:
    """Definitions that have something new: all of those that came, and of others the steps that were added."""

    def __init__(self, added: list[Told], new: Program, come: Iterable[Unit]) -> None:
        self.units = {unit.place: unit for unit in new.units.values()}
        self.come = {unit.place: unit for unit in come if unit.kind == "function"}
        self.shapes: dict[Place, Counter[str]] = {}
        for one in added:
            self.shapes.setdefault(one.at.told.place, Counter()).update(_shapes(one))
        for place, unit in self.come.items():
            own = (step for step in each(new.form(unit).effects) if step.origin.place == place)
            self.shapes[place] = Counter(_shape(step) for step in own)
        self._of: dict[str, list[Place]] = {}
        for place, shapes in self.shapes.items():
            for shape in shapes:
                self._of.setdefault(shape, []).append(place)

    def of(self, told: Told) -> list[Place]:
        own = Counter(_shapes(told))
        first = next(iter(own))
        return [place for place in self._of.get(first, ()) if all(self.shapes[place][shape] >= number for shape, number in own.items())]

    def is_called_from(self, home: Place, caller: Place | None) -> bool:
        """Whether a new function is called, by its name, where its steps were."""
        unit = self.units.get(caller) if caller is not None else None
        if home not in self.come or unit is None:
            return False
        owner, _, last = home[1].rpartition(".")
        name = owner.rpartition(".")[2] if last == "__init__" else last
        return any(name == getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(unit.node))


def _line(place: Place, home: Place, went: list[Told], came: list[Told], homes: _Homes) -> Told:
    heads = "; ".join(head_of(one.step.origin.node) for one in went if one.step is not None)
    unit = homes.units[home]
    elsewhere = place[0] if place[0] != home[0] else None
    change = Change(
        component=Component.SOURCE, kind="moved", path=home[0], symbol="", significance=Significance.LOW, moved_from=elsewhere,
        line=min((one.change.line for one in came), default=getattr(unit.node, "lineno", 1)),
        subject=f"{len(went)} step{'s' if len(went) > 1 else ''}: {shortened(heads, _WIDTH)}",
        old=f"{elsewhere}: {_name(place)}" if elsewhere else _name(place), new=_name(home),
        steps=tuple(one.change for one in (*went, *came)),
    )  # fmt: skip
    return Told(change, Spot(went[0].at.old, unit.origin))


def _name(place: Place) -> str:
    return place[1] or THE_TOP


def _weight(told: Told) -> int:
    """How much it says that a step is there as it was: nothing of `return None`, much of a long one."""
    assert told.step is not None
    steps = [step for step in each((told.step,)) if step.kind not in ("raise", "return") and _says_something(step.origin.node)]
    return len(steps) + sum(len(head_of(step.origin.node)) >= _LONG for step in steps)


def _says_something(node: ast.AST) -> bool:
    return any(isinstance(inner, (ast.Call, ast.Attribute)) for inner in ast.walk(node))


def _shapes(told: Told) -> list[str]:
    assert told.step is not None
    return [_shape(step) for step in each((told.step,))]


def _shape(step: Effect) -> str:
    """What a step is, apart from the names of what it uses where it calls something; of one that holds others without them."""
    return f"{step.kind} {shape_of(step.origin.node, holds=bool(step.blocks))}"
