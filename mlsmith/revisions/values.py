"""What an expression stands for, whatever its names and layout: a value with a digest of its content.

Two values with one digest are computed in the same way from the same things. Local names do not occur in them: a name is replaced by
what it was assigned.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlsmith.revisions.queries import is_query, normal_query


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the source something stands, for reports."""

    path: str
    scope: str
    node: ast.AST

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 1)

    @property
    def place(self) -> tuple[str, str]:
        """The definition that it stands in: its path, and its name without the module."""
        return self.path, self.scope


@dataclass(frozen=True, slots=True)
class Value:
    """`kind` and `label` say what it is, `parts` what it is made of, each under a role (`func`, `0`, `shuffle`, `left` …)."""

    kind: str
    label: str
    parts: tuple[tuple[str, Value], ...]
    digest: bytes
    origin: Origin | None = field(compare=False, default=None)

    @property
    def name(self) -> str:
        """The dotted name of a library's or project's object, empty for everything else."""
        return self.label if self.kind == "name" else ""

    @property
    def callee(self) -> str:
        """Of a call: the dotted name of what is called; `.method` where only the last word is known."""
        if self.kind != "call":
            return ""
        return called(self.parts[0][1])

    def part(self, role: str) -> Value | None:
        return next((value for name, value in self.parts if name == role), None)

    @property
    def arguments(self) -> dict[str, Value]:
        """Of a call: position or keyword → value."""
        return {role: value for role, value in self.parts if role not in ("func", "nth", "version")}

    def walk(self) -> Iterator[Value]:
        """This value and all that it is made of, each once."""
        seen: set[bytes] = set()
        stack = [self]
        while stack:
            value = stack.pop()
            if value.digest not in seen:
                seen.add(value.digest)
                yield value
                stack.extend(inner for _, inner in value.parts)


def called(func: Value) -> str:
    if func.kind == "name":
        return func.label
    if func.kind == "attribute":
        owner = func.parts[0][1]
        inner = f"{owner.callee}()" if owner.kind == "call" and not owner.callee.startswith(".") else owner.name
        return f"{inner}.{func.label}" if inner else f".{func.label}"
    return ""


def value_of(kind: str, label: str = "", parts: tuple[tuple[str, Value], ...] = (), origin: Origin | None = None) -> Value:
    """A value of that content."""
    digest = hashlib.blake2b(f"{kind}\0{label}\0".encode("utf-8", "surrogatepass"), digest_size=16)
    for role, value in parts:
        digest.update(role.encode("utf-8", "surrogatepass") + b"\0" + value.digest)
    return Value(kind, label, parts, digest.digest(), origin)


def constant(value: Any, origin: Origin | None = None) -> Value:
    """A literal, with its type: `1`, `1.0` and `True` are three. Of a query only what it asks for counts."""
    if isinstance(value, str) and is_query(value):
        return value_of("constant", f"query:{normal_query(value)}", (), origin)
    return value_of("constant", f"{type(value).__name__}:{value!r}", (), origin)
