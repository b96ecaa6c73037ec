"""What a run of statements does to the world, in order: calls, stores, returns, and the branches and loops around them."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlsmith.revisions.values import Origin, Value


@dataclass(frozen=True, slots=True)
class Effect:
    """`kind`: call, store, return, raise, assert, delete, yield, if, loop, with, try, break, continue, import, definition.

    `values` are what it speaks of; `blocks` are the runs of effects inside it, each under its role.
    """

    kind: str
    label: str
    values: tuple[tuple[str, Value], ...]
    blocks: tuple[tuple[str, tuple[Effect, ...]], ...]
    digest: bytes
    origin: Origin = field(compare=False)

    def value(self, role: str) -> Value | None:
        return next((value for name, value in self.values if name == role), None)


def effect(
    kind: str,
    origin: Origin,
    *,
    label: str = "",
    values: tuple[tuple[str, Value], ...] = (),
    blocks: tuple[tuple[str, tuple[Effect, ...]], ...] = (),
) -> Effect:
    digest = hashlib.blake2b(f"{kind}\0{label}\0".encode("utf-8", "surrogatepass"), digest_size=16)
    for role, value in values:
        digest.update(role.encode("utf-8", "surrogatepass") + b"\0" + value.digest)
    for role, block in blocks:
        digest.update(b"{" + role.encode() + b"\0" + digest_of(block))
    return Effect(kind, label, values, blocks, digest.digest(), origin)


def digest_of(effects: tuple[Effect, ...]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for one in effects:
        digest.update(one.digest)
    return digest.digest()


def each(effects: tuple[Effect, ...]) -> Iterator[Effect]:
    """All effects, those inside branches and loops included, in order."""
    for one in effects:
        yield one
        for _, block in one.blocks:
            yield from each(block)


def spread(effects: tuple[Effect, ...], others: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The effects, of `a() if x else b()` the calls: it says where it stands on which test they hang. It stays where the others do the same."""
    known = {one.digest for one in others}
    found: list[Effect] = []
    for one in effects:
        if one.kind == "if" and isinstance(one.origin.node, ast.IfExp) and one.digest not in known:
            found += spread(tuple(inner for _, block in one.blocks for inner in block), others)
        else:
            found.append(one)
    return tuple(found)
