"""What is told of one definition: a list of changes, each with where it stands, and the reasons for which others are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlsmith.change import Change, Component, Significance
from mlsmith.revisions.effects import Effect
from mlsmith.revisions.extracted import Extracted
from mlsmith.revisions.kinship import defined
from mlsmith.revisions.matching import Pair
from mlsmith.revisions.values import Origin, Value

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


Place = tuple[str, str]
"""(path, symbol) of a definition"""
Places = set[Place]
"""Of definitions that are compared by themselves"""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands before and after; None where it does not."""

    old: Origin | None
    new: Origin | None

    @property
    def told(self) -> Origin:
        """Where a reader finds it: after, and what is gone before."""
        origin = self.new or self.old
        assert origin is not None
        return origin


@dataclass(frozen=True, slots=True)
class Told:
    change: Change
    at: Spot
    step: Effect | None = None
    """Of what is on one side only the step"""


@dataclass(frozen=True, slots=True)
class Around:
    """What a comparison of one definition knows of the others."""

    told: tuple[Places, Places]
    """Definitions that differ, before and after: what stands in them is told there"""
    tables: set[tuple[bytes, bytes]]
    """Values of names at the top of modules, before and after, which are compared there"""
    extracted: tuple[Extracted, Extracted]
    differing: frozenset[str]
    """Dotted names of definitions that differ by themselves"""
    became: dict[Place, Place]
    """Which definition is which"""
    was: dict[Place, Place]
    """The other way round"""


class Account:
    """Of one definition and what became of it."""

    def __init__(self, pair: Pair, around: Around) -> None:
        self.pair = pair
        self.around = around
        self.told: list[Told] = []
        self.said: set[tuple[Any, str | None, str | None]] = set()
        """Expressions whose difference has been told, in words: what is computed from them differs for that"""
        self.asked: dict[tuple[Any, ...], None] = {}
        """What has been compared, in that order: a value that stands in many places is as often a part of what differs"""
        self.reasons: set[str] = set()
        """Kinds of values that differ because of something that is told elsewhere"""
        self.left_out: dict[tuple[Place, bool], None] = {}
        """Functions that differ by themselves, of which this definition has steps on one side only; whether on the new one"""

    def add(
        self, kind: str, subject: str, old: str | None, new: str | None, at: Spot, component: Component, significance: Significance,
        *, step: Effect | None = None,
    ) -> None:  # fmt: skip
        gone = at.new is None
        origin = at.told
        inside = origin.place
        own = self.pair.old if gone else self.pair.new
        if origin.scope and inside != own.place and inside in (self.around.told[0] if gone else self.around.told[1]):
            self.reasons.add("definition")  # It stands in a function that is compared by itself.
            if at.old is None or gone:
                self.left_out[inside, not gone] = None
            return
        if kind == "order" and subject.startswith(_PURE):
            self.reasons.add("harmless")
            return
        if old == new and old is not None and kind != "order":
            self.reasons.add("derived")  # The same words about something that has changed before.
            return
        change = Change(
            component=component, kind=kind, path=self.pair.new.path if gone and origin.path == self.pair.old.path else origin.path,
            line=origin.line, symbol=origin.scope, subject=subject, old=old, new=new,
            significance=significance, moved_from=self.pair.moved_from,
            old_line=at.old.line if at.old is not None and at.new is not None and at.old.path == origin.path else None,
        )  # fmt: skip
        self.told.append(Told(change, at, step))

    def is_another(self, old: Value, new: Value) -> bool:
        """Whether two definitions are not the one and what became of it."""
        one, other = defined(old), defined(new)
        if one is None or other is None or one.digest == other.digest or one.origin is None or other.origin is None:
            return False
        return self.around.became.get(one.origin.place) != other.origin.place

    def is_of_another(self, value: Value, told: Places) -> bool:
        """Whether a value is written in another definition that differs too."""
        own = {self.pair.old.place, self.pair.new.place}
        place = value.origin.place if value.origin is not None else ("", "")
        return value.kind != "parameter" and bool(place[1]) and place not in own and place in told

    def is_told_with_it(self, call: Value) -> bool:
        """Whether a call stands in a function whose body is told here."""
        return call.origin is not None and call.origin.place not in (self.pair.old.place, self.pair.new.place)
