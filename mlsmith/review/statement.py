"""What an approval says: one line of canonical JSON, named by its own hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from mlsmith.change import Change
from mlsmith.review.versions import Side

VERSION = 1
DECISIONS = ("approve", "reject", "emergency")


@dataclass(frozen=True, slots=True)
class Statement:
    """One decision on one change of one configuration. Times are ISO 8601 in UTC."""

    repository: str
    """The root commit"""
    path: str
    """From the root of the repository, so that an approval in one project is none in its neighbour"""
    moved_from: str | None
    base: Side
    head: Side
    diff: str
    """sha256 of the semantic diff"""
    policy: str
    """sha256 of the policy under which it was given"""
    decision: str
    approver: str
    reason: str
    created: str
    expires: str | None

    def to_bytes(self) -> bytes:
        """One line: sorted keys, no spaces, UTF-8."""
        data = {"version": VERSION, **asdict(self)}
        return (json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Statement:
        """Raises ValueError where the bytes are no statement, or not in the form that `to_bytes` gives."""
        found: Any = json.loads(data)
        if not isinstance(found, dict) or found.pop("version", None) != VERSION:
            raise ValueError("is no approval of a version that is known")
        try:
            statement = cls(**{**found, "base": Side(**found["base"]), "head": Side(**found["head"])})
        except (KeyError, TypeError):
            raise ValueError("lacks something that an approval says") from None
        if statement.decision not in DECISIONS or statement.to_bytes() != data:
            raise ValueError("is not in its canonical form")
        return statement


def name_of(data: bytes) -> str:
    """The name under which a statement is kept."""
    return hashlib.sha256(data).hexdigest()


def digest_of(changes: tuple[Change, ...]) -> str:
    """sha256 of a semantic diff, lines and layout aside."""
    plain = [(c.kind, c.path, c.subject, c.old, c.new, c.moved_from) for c in changes]
    return hashlib.sha256(json.dumps(sorted(plain, key=repr), ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
