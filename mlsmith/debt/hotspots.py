"""Where debt and change meet: the files that cost most, weighted by how often they are touched."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlsmith.debt.pricing import Term


@dataclass(frozen=True, slots=True)
class Hotspot:
    """`minutes` of debt in the file, `churn` commits that touched it in the window, `glue` share where it is known."""

    path: str
    minutes: float
    churn: int
    glue: float | None


def hotspots(terms: Iterable[Term], churn: Mapping[str, int], glue: Mapping[str, float], *, most: int = 10) -> tuple[Hotspot, ...]:
    """The files with the highest minutes × log2(2 + churn), dearest first."""
    minutes: dict[str, float] = {}
    for term in terms:
        minutes[term.path] = minutes.get(term.path, 0.0) + term.minutes
    ranked = sorted(minutes, key=lambda path: (-minutes[path] * math.log2(2 + churn.get(path, 0)), path))
    return tuple(Hotspot(path, minutes[path], churn.get(path, 0), glue.get(path)) for path in ranked[:most])
