"""What values are made of, for comparing them part by part."""

from __future__ import annotations

from mlsmith.revisions.values import Value, value_of

NOTHING = value_of("nothing")


def stable(value: Value) -> list[tuple[str, Value]]:
    """What a value is made of, apart from how often things had happened before it was read."""
    return [(role, part) for role, part in value.parts if role not in ("version", "nth")]


def by_key(elements: list[tuple[Value, Value]]) -> list[tuple[bytes, tuple[Value, Value]]]:
    return [(key.digest, (key, value)) for key, value in elements]


def elements_of(value: Value) -> list[tuple[Value, Value]]:
    """Key and value of each element of a display; of a list an empty key."""
    parts = stable(value)
    if value.kind != "Dict":
        return [(NOTHING, part) for _, part in parts]
    keys = {role.removeprefix("keys"): part for role, part in parts if role.startswith("keys")}
    return [(keys[role.removeprefix("values")], part) for role, part in parts if role.startswith("values")]


def nodes_of(old: Value, new: Value) -> tuple[int, int] | None:
    """Where in the source two values are made; None where nobody knows."""
    return (id(old.origin.node), id(new.origin.node)) if old.origin is not None and new.origin is not None else None


def digests_of(value: Value) -> list[bytes]:
    return [part.digest for _, part in stable(value)]


def digest_of_part(value: Value | None) -> bytes:
    return value.digest if value is not None else b""


def is_query_text(value: Value) -> bool:
    return value.kind in ("constant", "formatted") and value.label.startswith("query:")
