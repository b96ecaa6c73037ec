"""Values that go from a name which says its unit into a column as they are, and the units that contracts of data declare for columns."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.collect import where
from mlsmith.rules.kit.knowledge.units import DECLARED, NAMED
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module
    from mlsmith.sources.config import ConfigDocument

_KEEPS = frozenset({
    "float", "int", "round", "str", "abs", "Decimal", "array", "asarray", "float32", "float64", "int32", "int64", "tensor", "Series", "astype", "item", "copy",
    "to_numpy", "tolist",
})  # fmt: skip
"""Calls that leave a value in its unit"""
_MOST_COLUMNS = 200
_ENDINGS = tuple(NAMED)


def declared_units(document: ConfigDocument) -> tuple[tuple[str, str, int], ...]:
    """(column, unit as written, line) of each column whose unit a contract or schema states: `amount: {unit: euro}`, or an element with `name`."""
    stated = [entry for entry in document.entries if entry.path[-1] in ("unit", "units") and isinstance(entry.value, str)]
    if not stated or len(stated) > _MOST_COLUMNS:
        return ()
    names = {entry.path[:-1]: entry.value for entry in document.entries if entry.path[-1] == "name" and isinstance(entry.value, str)}
    found = []
    for entry in stated:
        above = entry.path[-2] if len(entry.path) > 1 else ""
        column = names.get(entry.path[:-1], "") if above.isdigit() else above
        if column and entry.value.strip().lower() in DECLARED:
            found.append((column, entry.value.strip(), entry.span.start.line))
    return tuple(found)


def carried_units(module: Module) -> tuple[tuple[str, str, Any], ...]:
    """(column, name, where) of each value that a column gets from a name with a unit, without any arithmetic."""
    found = []
    for name, node in _named(module):
        column, place = _column_of(node)
        if place is not None and column != name and stem(column) == stem(name):
            found.append((column, name, tuple(where(module, place))))
    return tuple(found)


@lru_cache(maxsize=16_000)
def unit_of_name(name: str) -> tuple[str, str] | None:
    """(dimension, unit) that the last of several words says."""
    if not name.lower().rstrip("_").endswith(_ENDINGS):  # as nearly all names
        return None
    words = tokens(name)
    return NAMED.get(words[-1]) if len(words) > 1 else None


def unit_declared(text: str) -> tuple[str, str] | None:
    """(dimension, unit) of what a contract states."""
    return DECLARED.get(text.lower())


def stem(name: str) -> tuple[str, ...]:
    """The words of a name without its unit."""
    words = tokens(name)
    return words[:-1] if unit_of_name(name) else words


def _named(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """What is read under a name that says its unit: `message["amount_cents"]`, `message.amount_cents`, `amount_cents`."""
    syntax = module.syntax
    for node in syntax.strings:
        text: str = node.value  # type: ignore[assignment]
        if "_" in text and text.isidentifier() and unit_of_name(text):
            yield text, node
    for table in (syntax.attributes, syntax.names):
        for name in [name for name in table if "_" in name and unit_of_name(name)]:
            for read in table[name]:
                if isinstance(read.ctx, ast.Load):
                    yield name, read


def _column_of(node: Any) -> tuple[str, ast.AST | None]:
    """The column or entry that gets a value, and where; nothing where something is done with it on the way."""
    below, above = node, node.up
    if isinstance(node, ast.Constant):
        is_key = isinstance(above, ast.Subscript) and above.slice is node
        if not is_key and not (isinstance(above, ast.Call) and above.args[:1] == [node] and last_word(above.func) in ("get", "pop")):
            return "", None
        below, above = above, above.up
    while _keeps(above, below):
        below, above = above, above.up
    if isinstance(above, ast.Assign) and len(above.targets) == 1 and above.value is below:
        target = above.targets[0]
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            return target.slice.value, above
    if isinstance(above, ast.Dict):
        for key, value in zip(above.keys, above.values, strict=True):
            if value is below and isinstance(key, ast.Constant) and isinstance(key.value, str):
                return key.value, value
    return "", None


def _keeps(above: ast.AST, below: ast.AST) -> bool:
    """Whether an expression has the value of the one in it, in its unit."""
    if isinstance(above, ast.Call):
        return (below is above.func or below in above.args[:1]) and last_word(above.func) in _KEEPS
    return isinstance(above, ast.Attribute) and (above.attr in _KEEPS or above.attr == "values")
