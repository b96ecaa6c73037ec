"""The second noun: a `Change` says that something became *different* between two revisions."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Component(StrEnum):
    """What a run is made of; reproducing one needs all six to be equal."""

    SOURCE = "source"
    CONFIGURATION = "configuration"
    PLATFORM = "platform"
    DATA = "data"
    MODEL = "model"
    HARDWARE = "hardware"


class Significance(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Change(NamedTuple):
    """One behavioural difference. `subject` names what changed in the field's terms, e.g. `torch.utils.data.DataLoader(shuffle)`.

    `old` and `new` are source texts or literal representations, None where the thing is absent; `line` is 1-based in the new
    revision (in the old one, where the thing is gone). A line for several steps of one function holds them as `steps`.
    """

    component: Component
    kind: str
    path: str
    line: int
    symbol: str
    subject: str
    old: str | None
    new: str | None
    significance: Significance
    moved_from: str | None = None
    steps: tuple[Change, ...] = ()
    rewritten: bool = False
    """Whether, as far as the line shows, something is only written in another way or place, or gone without a loss to anybody"""
    old_line: int | None = None
    """Of what stands in both revisions of the file the line before: no part of what makes two changes the same"""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Change) and self[:-1] == other[:-1]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:-1])
