"""What is to happen to one Python file, by the places of its syntax nodes."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from mlsmith.sources.python import PythonSource

Extent = tuple[int, int, int, int]
"""First line and column, last line and column: lines from 1, columns in characters from 0, the end excluded"""
Point = tuple[int, int]


@dataclass(slots=True)
class Marks:
    """What goes, and what becomes the literal."""

    reads: set[Extent] = field(default_factory=set)
    """Expressions that have the value of the flag"""
    arguments: set[Extent] = field(default_factory=set)
    """Values of the arguments of calls that go"""
    parameters: set[Point] = field(default_factory=set)
    """Where the names of the parameters begin that go"""
    statements: set[Extent] = field(default_factory=set)
    """Simple statements that go"""
    definitions: set[Point] = field(default_factory=set)
    """Where the names of the functions and classes stand that go as a whole"""
    aliases: set[Extent] = field(default_factory=set)
    """Names that an import statement need not bring in any more"""
    decorators: set[Extent] = field(default_factory=set)
    """Decorators that go"""

    def __bool__(self) -> bool:
        return any((self.reads, self.arguments, self.parameters, self.statements, self.definitions, self.aliases, self.decorators))


def extent_of(source: PythonSource, node: ast.AST) -> Extent:
    """Where a node of `ast` stands, as `libcst` counts."""
    first: int = node.lineno  # type: ignore[attr-defined]
    last: int = node.end_lineno  # type: ignore[attr-defined]
    start, end = source.column(first, node.col_offset), source.column(last, node.end_col_offset)  # type: ignore[attr-defined]
    return first, start - 1, last, end - 1


def point_of(source: PythonSource, node: ast.AST) -> Point:
    return extent_of(source, node)[:2]
