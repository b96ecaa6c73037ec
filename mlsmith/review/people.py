"""Who is who: signers and their keys, and the people behind commits."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property

from mlsmith.review.signing import Signers, commit_signer
from mlsmith.sources.git import Repository

_ADDRESS = re.compile(r"<([^<>]*)>")
_TRAILER = re.compile(rb"^co-authored-by:(.*)$", re.I | re.M)
_KEY_TYPE = re.compile(r"^(ssh-|ecdsa-|sk-|webauthn-)")


@dataclass(frozen=True)
class People:
    """The people of an `allowed_signers` file: who stands on one line, or has a key in common, is one person."""

    signers: Signers

    @cached_property
    def lines(self) -> list[tuple[tuple[str, ...], str]]:
        """(principals, type and body of the key) of each line that says both."""
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
                found.append((tuple(filter(None, words[0].split(","))), " ".join(words[at : at + 2])))
        return found

    @cached_property
    def _groups(self) -> dict[str, str]:
        """Principal, in lower case → one name for the person."""
        person: dict[str, str] = {}
        by_key: dict[str, str] = {}
        for principals, key in self.lines:
            names = [name.lower() for name in principals]
            known = [person[name] for name in names if name in person] + ([by_key[key]] if key in by_key else [])
            one = min([*known, *names])
            for name, other in list(person.items()):
                if other in known:
                    person[name] = one
            for old, other in list(by_key.items()):
                if other in known:
                    by_key[old] = one
            person.update(dict.fromkeys(names, one))
            by_key[key] = one
        return person

    def person(self, name: str) -> str:
        """One name for everything that one person signs or commits as."""
        return self._groups.get(name.lower(), name.lower())

    def principal_of_key(self, key: str) -> str | None:
        """The first principal with that key (type and body)."""
        return next((principals[0] for principals, known in self.lines if known == key and principals), None)


def authors_of(repository: Repository, commits: list[str], people: People) -> set[str]:
    """The people behind commits: the signer where a signature is known, else author, committer and co-authors alike."""
    found: set[str] = set()
    for commit in commits:
        raw = repository.run("cat-file", "commit", commit)
        signer = commit_signer(raw, people.signers)
        names = [signer] if signer is not None else _named(raw)
        found.update(people.person(name) for name in names)
    return found


def _named(raw: bytes) -> list[str]:
    head, _, message = raw.partition(b"\n\n")
    said = [line for line in head.split(b"\n") if line.startswith((b"author ", b"committer "))] + _TRAILER.findall(message)
    return [address for line in said for address in _ADDRESS.findall(line.decode("utf-8", "replace")) if address]
