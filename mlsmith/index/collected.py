"""What rules collected from the files of a project, some of it packed until somebody asks for it."""

from __future__ import annotations

import marshal
from collections.abc import Collection, Mapping
from operator import itemgetter
from typing import Any

_NOTHING: Mapping[str, bytes] = {}


class Collected:
    """By the name that a rule collects under, what it collected from each file, in path order.

    `packed` holds for each name a list as `marshal` keeps it, in which what comes of the files `stale` does not count.
    """

    def __init__(
        self, unpacked: dict[str, list[tuple[str, Any]]], packed: Mapping[str, bytes] = _NOTHING, stale: Collection[str] = ()
    ) -> None:
        self._unpacked = unpacked
        self._packed = dict(packed)
        self._stale = stale

    def of(self, name: str) -> list[tuple[str, Any]]:
        """From all files."""
        packed = self._packed.pop(name, None)
        if packed is not None:
            known = [one for one in marshal.loads(packed) if one[0] not in self._stale]
            self._unpacked[name] = sorted((*known, *self._unpacked.get(name, ())), key=itemgetter(0))
        return self._unpacked.get(name, [])

    def among(self, name: str, paths: Collection[str]) -> list[tuple[str, Any]]:
        """From some files: where all these are stale, what is packed stays so."""
        if name in self._packed and not all(path in self._stale for path in paths):
            self.of(name)
        return [one for one in self._unpacked.get(name, ()) if one[0] in paths]

    def all(self) -> dict[str, list[tuple[str, Any]]]:
        """Everything, by name."""
        for name in list(self._packed):
            self.of(name)
        return self._unpacked
