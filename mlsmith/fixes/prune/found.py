"""What is known to have the value of the flag: parameters, and expressions that read it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mlsmith.errors import UserError


class Asked(NamedTuple):
    """`FLAG=VALUE` of the command line."""

    flag: str
    value: Any


class Slot(NamedTuple):
    """A parameter of a function of the project, which is named with its module."""

    function: str
    parameter: str

    def __str__(self) -> str:
        return f"{self.function}.{self.parameter}"


@dataclass
class Found:
    """All that goes together. Reads are kept by path, with their nodes."""

    value: Any
    slots: dict[Slot, None] = field(default_factory=dict)
    reads: dict[str, list[ast.expr]] = field(default_factory=dict)
    options: list[tuple[str, ast.Call]] = field(default_factory=list)
    """Statements that declare the option of the command line, with the path"""
    absl: list[tuple[str, ast.Call]] = field(default_factory=list)
    """Calls that declare the flag of absl, with the path"""
    commands: list[tuple[str, ast.arg]] = field(default_factory=list)
    """Parameters that only a command line fills, with the path"""
    spelt: list[str] = field(default_factory=list)
    """Options of commands as they are typed"""
    decorators: list[tuple[str, ast.Call]] = field(default_factory=list)
    """Decorators that declare an option of a command, with the path"""
    fields: list[tuple[str, ast.Assign]] = field(default_factory=list)
    """Statements that put the flag into a field of an object, with the path"""
    keys: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Keys of configuration files"""

    def read(self, path: str, node: ast.expr) -> None:
        self.reads.setdefault(path, []).append(node)

    def is_read(self, path: str, node: ast.expr) -> bool:
        return any(node is known for known in self.reads.get(path, ()))


def parse_asked(text: str) -> Asked:
    """Raises UserError where it is no `FLAG=VALUE`, or the value no literal."""
    flag, equals, value = text.partition("=")
    if not equals or not flag.strip() or not value.strip():
        raise UserError(f'"{text}" is no FLAG=VALUE', advice="write for example: mlsmith prune use_old=False")
    try:
        found = ast.literal_eval(value.strip())
    except (ValueError, SyntaxError):
        found = {"true": True, "false": False, "none": None, "null": None}.get(value.strip(), ...)
    if found is not None and not isinstance(found, (bool, int, float, str)):
        raise UserError(f"{value} is no literal", advice="False, None, 3 or '\"adam\"'; a text needs quotes that the shell leaves")
    return Asked(flag.strip(), found)


def same(one: Any, other: Any) -> bool:
    """Whether two literals are the same: `0` is not `False`."""
    return type(one) is type(other) and bool(one == other)
