"""The universal lock, and the closure of a project's requirements in it: exact, hashed, offline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.regex import regex
from mlsmith.scaffold.defects import TemplateDefect

if TYPE_CHECKING:
    from packaging.requirements import Requirement

UNLOCKED = frozenset({"mlsmith"})
"""Packages no lock holds: mlsmith cannot carry the hash of the release it is part of."""

UNIVERSAL = "universal.txt"
"""The one lock of all layers, for every platform."""

_PIN = regex(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?")
_HASH = regex(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """One locked release: `marker` says where it applies, `needed_by` are the packages that ask for it.

    `apart` names the requirements file it has to itself, for packages whose build depends on the machine.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]
    apart: str = ""


Lock = Mapping[str, tuple[Pin, ...]]
"""Normalised name → its pins; more than one where platforms or Pythons need different releases."""


def read_locks(folder: Path) -> Lock:
    """All locks in `folder` as one: universal.txt, and those whose packages stay apart under the file's name."""
    apart = (path for path in sorted(folder.glob("*.txt")) if path.name != UNIVERSAL)
    lock = dict(read_lock(folder / UNIVERSAL))
    for path in apart:
        lock.update(read_lock(path, apart=path.stem))
    return lock


def read_lock(path: Path, *, apart: str = "") -> Lock:
    """The lock at `path`. Raises `TemplateDefect` for a pin without hashes or a line of another kind."""
    pins: dict[str, list[Pin]] = {}
    for head, body in _entries(path):
        match = _PIN.fullmatch(head)
        hashes = tuple(_HASH.findall("\n".join(body)))
        if match is None or not hashes:
            raise TemplateDefect(f"{path.name}: {head!r} is no hashed pin")
        pin = Pin(normal(match["name"]), match["version"], match["marker"] or "", hashes, _needed_by(body), apart)
        pins.setdefault(pin.name, []).append(pin)
    return {name: tuple(found) for name, found in pins.items()}


def closure(lock: Lock, requirements: Iterable[str]) -> tuple[Pin, ...]:
    """Every pin the requirements need, by the lock's own edges, sorted by name.

    Raises `TemplateDefect` where the lock lacks a requirement or a range excludes the locked release.
    """
    needs = _edges(lock)
    waiting = [_checked(lock, requirement) for requirement in requirements]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name and name not in reached:
            reached.add(name)
            waiting.extend(needs.get(name, ()))
    return tuple(pin for name in sorted(reached) for pin in lock[name])


def lock_text(pins: Iterable[Pin], *, header: str = "") -> str:
    """The pins in the format pip reads with `--require-hashes`; `via` names only packages that are in it."""
    chosen = tuple(pins)
    present = {pin.name for pin in chosen}
    return header + "".join(_pin_text(pin, present) for pin in chosen)


def normal(name: str) -> str:
    """The name as indexes compare it: lower case, runs of `-_.` as one dash."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _entries(path: Path) -> Iterable[tuple[str, list[str]]]:
    head, body = "", list[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line[:1].isspace():
            body.append(line)
        elif line and not line.startswith("#"):
            if head:
                yield head, body
            head, body = line, []
    if head:
        yield head, body


def _needed_by(body: list[str]) -> tuple[str, ...]:
    comments = [line.strip().removeprefix("#").strip() for line in body if line.lstrip().startswith("#")]
    names = [name for comment in comments for name in comment.removeprefix("via").replace(",", " ").split()]
    # "-r file" marks a direct requirement; the file's name is no package.
    return tuple(normal(name) for place, name in enumerate(names) if name != "-r" and names[place - 1 : place] != ["-r"])


def _edges(lock: Lock) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = {}
    for name, pins in lock.items():
        for pin in pins:
            for parent in pin.needed_by:
                edges.setdefault(parent, set()).add(name)
    return edges


def _checked(lock: Lock, text: str) -> str:
    """The normalised name of a requirement the lock satisfies, or "" for one that no lock holds."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise TemplateDefect(f"{text!r} is no requirement: {error}") from error
    name = normal(requirement.name)
    if name in UNLOCKED:
        return ""
    if name not in lock:
        raise TemplateDefect(f"the lock has no {name}", advice="refresh templates/locks")
    _refuse_outside(requirement, lock[name])
    return name


def _refuse_outside(requirement: Requirement, pins: tuple[Pin, ...]) -> None:
    for pin in pins:
        if not requirement.specifier.contains(pin.version, prereleases=True):
            raise TemplateDefect(
                f'"{requirement}" excludes {pin.name} {pin.version}, which is locked',
                advice="refresh templates/locks",
            )


def _pin_text(pin: Pin, present: set[str]) -> str:
    marker = f" ; {pin.marker}" if pin.marker else ""
    hashes = " \\\n".join(f"    --hash={digest}" for digest in pin.hashes)
    parents = [parent for parent in pin.needed_by if parent in present]
    via = f"    # via {', '.join(parents)}\n" if parents else ""
    return f"{pin.name}=={pin.version}{marker} \\\n{hashes}\n{via}"
