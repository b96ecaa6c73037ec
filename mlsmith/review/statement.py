"""What an approval says: one line of canonical JSON, named by its own hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from mlsmith.change import Change
from mlsmith.revisions.meaning import semantic_digest
from mlsmith.sources.regular import blob_id_of

VERSION = 1
DECISIONS = ("approve", "reject", "emergency")


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a configuration: git's blob, the hash of its bytes, and of what it means; empty blob where there is no file."""

    blob: str
    sha256: str
    semantic: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One decision on one change of one configuration. Times are ISO 8601 in UTC."""

    repository: str
    """The root commit"""
    path: str
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


def side_of(path: str, data: bytes | None) -> Side:
    """Line ends count as `\\n`, as git keeps them: a checkout with others is the same version."""
    if data is None:
        return Side("", hashlib.sha256(b"").hexdigest(), semantic_digest(path, None))
    plain = data.replace(b"\r\n", b"\n")
    return Side(blob_id_of(plain), hashlib.sha256(plain).hexdigest(), semantic_digest(path, plain))


def digest_of(changes: tuple[Change, ...]) -> str:
    """sha256 of a semantic diff, lines and layout aside."""
    plain = [(c.kind, c.path, c.subject, c.old, c.new, c.moved_from) for c in changes]
    return hashlib.sha256(json.dumps(sorted(plain, key=repr), ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
