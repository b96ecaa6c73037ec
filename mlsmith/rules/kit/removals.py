"""Names and arguments that libraries have given up: the tables of `kit/knowledge`, by library, and what versions a project may have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mlsmith.rules.kit.knowledge import numpy, pandas, sklearn

_LIBRARIES = (("numpy", "numpy", numpy), ("pandas", "pandas", pandas), ("sklearn", "scikit-learn", sklearn))
_CLAUSE = re.compile(r"(?<![<>=!~])(===|==|~=|<=|<|=)\s*(\d+(?:\.\d+)*)(\.\*)?")

_LEAST = re.compile(r"(?<![<>=!~])>=?\s*(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True)
class Removal:
    """One name (or one argument of it) that went; `argument` is empty for the name itself."""

    distribution: str
    name: str
    argument: str
    deprecated: str
    removed: str
    instead: str
    renamed: bool
    """Whether writing `instead` in its place changes nothing else"""
    everywhere: bool
    """Whether no supported version has it any more"""


@lru_cache(maxsize=1)
def removals() -> dict[str, dict[tuple[str, str], Removal]]:
    """Import name → (name, argument) → what went."""
    return {package: {(r.name, r.argument): r for r in _of(distribution, table)} for package, distribution, table in _LIBRARIES}


def highest_allowed(specifier: str) -> tuple[tuple[int, ...], bool] | None:
    """The highest version that a specifier lets in and whether it is included; None where it sets no upper end.

    `==1.3.*` and `~=1.3.2` let in all below 1.4, `~=1.3` all below 2.
    """
    ends = []
    for operator, text, star in _CLAUSE.findall(specifier):
        version = parts(text)
        if star or operator == "~=":
            stem = version if star else version[:-1] or version
            ends.append(((*stem[:-1], stem[-1] + 1), False))
        else:
            ends.append((version, operator != "<"))
    return min(ends) if ends else None


def lowest_allowed(specifier: str) -> tuple[int, ...]:
    """The lowest version that the `>=` of a specifier lets in; empty, which is below every version, where it has none."""
    return max((parts(text) for text in _LEAST.findall(specifier)), default=())


def parts(version: str) -> tuple[int, ...]:
    """`1.20.3` → (1, 20, 3)."""
    return tuple(int(number) for number in version.split("."))


def _of(distribution: str, table: object) -> Iterable[Removal]:
    oldest = parts(table.OLDEST_SUPPORTED)  # type: ignore[attr-defined]
    rows = [(name, "", *rest) for name, *rest in table.REMOVED]  # type: ignore[attr-defined]
    for name, argument, deprecated, removed, instead, renamed in (*rows, *table.REMOVED_ARGUMENTS):  # type: ignore[attr-defined]
        yield Removal(distribution, name, argument, deprecated, removed, instead, renamed, parts(removed) <= oldest)
