"""Nodes and edges of the graph of data dependencies."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("source", "feature", "model", "output", "consumer", "code")
"""In the order in which data pass through them; `output` is what is written and not declared as anything, `code` what stands in between"""


@dataclass(frozen=True, slots=True, order=True)
class Touch:
    """A line of code that reads or writes."""

    path: str
    cell: int
    """-1 outside of notebooks; inside, lines count in the cell"""
    line: int
    symbol: str
    way: str
    """`reads` or `writes`"""
    place: str
    """As the code says it, `*` for parts that it does not tell"""


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    """`source:orders`; the same as long as name and kind are"""
    kind: str
    name: str
    owner: str = ""
    marks: tuple[str, ...] = ()
    """`declared`, `undeclared`, `unused` (declared, and nothing touches it), `legacy`"""
    paths: tuple[str, ...] = ()
    """The globs of its declaration"""
    code: tuple[str, ...] = ()
    """Files of code that they name: what makes it, or uses it"""
    seen: tuple[Touch, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """Data pass from `source` to `target`, both ids."""

    source: str
    target: str
    how: str
    """`declared`, or what the code does: `reads`, `writes`"""
    seen: tuple[Touch, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: tuple[Node, ...]
    """By kind, those that are declared first and in their order"""
    edges: tuple[Edge, ...]
    is_declared: bool
    """Whether the settings declare anything at all"""

    def of_kind(self, kind: str) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind == kind)

    def marked(self, mark: str) -> int:
        return sum(mark in node.marks for node in self.nodes)
