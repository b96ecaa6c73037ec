"""What came or went as one statement is one line: `self.x = f(g(y).to(z))` is a store and three calls."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlsmith.change import Change
from mlsmith.revisions.account import Told

_ORDINARY = ("call added", "call removed")


def outermost(told: list[Told]) -> list[Told]:
    """The steps without those that another one holds, unless they are of another kind of which the holder says nothing."""
    alone = {id(one.step.origin.node): one for one in told if one.step is not None}
    into: dict[int, Told] = {}
    for one in told:
        for inner in _held(one):
            other = alone.get(id(inner))
            if other is None or other is one:
                continue
            if other.change.kind in (one.change.kind, *_ORDINARY):
                into[id(other)] = one
            elif inner is getattr(_node(one), "value", None):
                into.setdefault(id(one), other)  # What is stored or returned says more than that it is.
    holders = {id(one): _last(one, into) for one in told if id(one) in into}
    inside: dict[int, list[Change]] = {}
    for one in told:
        if id(one) in holders:
            inside.setdefault(id(holders[id(one)]), []).append(one.change)
    return [
        replace(one, change=one.change._replace(steps=tuple(inside[id(one)]))) if id(one) in inside else one
        for one in told
        if id(one) not in holders
    ]


def _last(told: Told, into: dict[int, Told]) -> Told:
    """The step that holds the one that holds it, and so on."""
    seen = {id(told)}
    holder = into[id(told)]
    while id(holder) in into and id(holder) not in seen:
        seen.add(id(holder))
        holder = into[id(holder)]
    return holder


def _node(told: Told) -> ast.AST | None:
    return told.step.origin.node if told.step is not None else None


def _held(told: Told) -> list[ast.AST]:
    """The calls in a step; of one that holds others those in its head."""
    node = _node(told)
    if node is None or told.step is None:
        return []
    heads = [getattr(node, name) for name in ("test", "iter", "items") if hasattr(node, name)] if told.step.blocks else [node]
    parts = [one for head in heads for one in (head if isinstance(head, list) else [head])]
    return [inner for part in parts for inner in ast.walk(part) if isinstance(inner, ast.Call) and inner is not node]
