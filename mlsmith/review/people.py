"""Who is who: signers and their keys, and the people behind commits."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import NamedTuple

from mlsmith.regex import regex
from mlsmith.review.signing import Checks, Signers

_ADDRESS = regex(r"<([^<>]*)>")
_TRAILER = regex(rb"^co-authored-by:(.*)$", re.I | re.M)
_KEY_TYPE = regex(r"^(ssh-|ecdsa-|sk-|webauthn-)")


class Line(NamedTuple):
    """One line of an `allowed_signers` file."""

    principals: tuple[str, ...]
    """Names or patterns"""
    key: str
    """Type and body"""
    is_authority: bool
    """Whether the key signs certificates rather than statements"""


@dataclass(frozen=True, slots=True)
class Behind:
    """Who is behind a change: one name for each person, and the keys that signed it."""

    people: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def __or__(self, other: Behind) -> Behind:
        return Behind(self.people | other.people, self.keys | other.keys)


@dataclass(frozen=True)
class People:
    """The people of an `allowed_signers` file: who stands on one line, or has a key in common, is one person."""

    signers: Signers

    @cached_property
    def lines(self) -> list[Line]:
        """Each line that names both principals and a key."""
        found = []
        for line in self.signers.allowed.decode("utf-8", "replace").splitlines():
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            try:
                words = shlex.split(text)
            except ValueError:
                continue
            at = next((i for i, word in enumerate(words[:-1]) if i and _KEY_TYPE.match(word)), None)
            if at is not None:
                options = ",".join(words[1:at]).lower().split(",")
                found.append(Line(tuple(filter(None, words[0].split(","))), " ".join(words[at : at + 2]), "cert-authority" in options))
        return found

    def person(self, name: str) -> str:
        """One name for everything that one person signs or commits as."""
        return self._groups[0].get(name.lower(), name.lower())

    def signer(self, approver: str, key: str | None) -> str:
        """The person who signed with a key, whatever name the statement gives; without one, or with a certificate, who it says."""
        known = self._groups[1].get(key) if key is not None else None
        return known or self.person(approver)

    def principal_of_key(self, key: str, *, wanted: str) -> str | None:
        """The name to sign as with that key: `wanted` where a pattern allows it, else the first that stands there."""
        for line in self.lines:
            if line.key == key and not line.is_authority and line.principals:
                if wanted and self._matches(line, wanted):
                    return wanted
                return next((name for name in line.principals if not set(name) & set("*?!")), None)
        return None

    def is_behind(self, person: str, key: str | None, behind: Behind) -> bool:
        """Whether who signed with that key may be one of these people; a key of a pattern may be anybody's whom the pattern names."""
        if person in behind.people or (key is not None and key in behind.keys):
            return True
        lines = [line for line in self.lines if line.key == key and not line.is_authority]
        return any(self._matches(line, name) for line in lines for name in behind.people)

    def _matches(self, line: Line, name: str) -> bool:
        name = name.lower()
        patterns = [pattern.lower() for pattern in line.principals]
        if any(pattern.startswith("!") and fnmatchcase(name, pattern[1:]) for pattern in patterns):
            return False
        return any(fnmatchcase(name, pattern.replace("[", "[[]")) for pattern in patterns if not pattern.startswith("!"))

    @cached_property
    def _groups(self) -> tuple[dict[str, str], dict[str, str]]:
        """Principal, in lower case → one name for the person, and key → that name."""
        person: dict[str, str] = {}
        by_key: dict[str, str] = {}
        for line in self.lines:
            names = [name.lower() for name in line.principals if not name.startswith("!")]
            if line.is_authority or not names:
                continue
            known = [person[name] for name in names if name in person] + ([by_key[line.key]] if line.key in by_key else [])
            one = min([*known, *names])
            for groups in (person, by_key):
                for name, other in list(groups.items()):
                    if other in known:
                        groups[name] = one
            person.update(dict.fromkeys(names, one))
            by_key[line.key] = one
        return person, by_key


def behind_commit(raw: bytes, people: People, checks: Checks) -> Behind:
    """The people behind a raw commit object: its signer where the key is known, else author, committer and co-authors alike."""
    key = checks.made_commit(raw)
    known = people.signer("", key) if key is not None else ""
    names: Iterable[str] = [known] if known else [people.person(name) for name in _named(raw)]
    return Behind(frozenset(names), frozenset([key] if key is not None else []))


def _named(raw: bytes) -> list[str]:
    head, _, message = raw.partition(b"\n\n")
    said = [line for line in head.split(b"\n") if line.startswith((b"author ", b"committer "))] + _TRAILER.findall(message)
    return [address for line in said for address in _ADDRESS.findall(line.decode("utf-8", "replace")) if address]
