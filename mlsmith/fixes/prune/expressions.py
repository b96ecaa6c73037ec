"""What an expression comes to once a part of it is known: conditions decided, operands that no longer matter left out."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

UNDECIDED = object()
_COMPARISONS: dict[type[cst.BaseCompOp], Callable[[Any, Any], Any]] = {
    cst.Equal: operator.eq, cst.NotEqual: operator.ne, cst.LessThan: operator.lt, cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt, cst.GreaterThanEqual: operator.ge, cst.Is: operator.is_, cst.IsNot: operator.is_not,
    cst.In: lambda left, right: left in right, cst.NotIn: lambda left, right: left not in right,
}  # fmt: skip
_ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.SimpleString, cst.Integer, cst.Float, cst.List, cst.Dict, cst.Set)
_WITHOUT_EFFECT = frozenset({"isinstance", "issubclass", "len", "callable", "hasattr", "bool"})


def literal_value(node: cst.BaseExpression) -> Any:
    """The value of a literal, or of a tuple, list or set of them; `UNDECIDED` for anything else."""
    if not isinstance(node, (cst.Name, cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation, cst.Tuple, cst.List, cst.Set)):
        return UNDECIDED
    if isinstance(node, cst.Name) and node.value not in ("True", "False", "None"):
        return UNDECIDED
    try:
        return ast.literal_eval(cst.Module([]).code_for_node(node).strip())
    except (ValueError, SyntaxError):
        return UNDECIDED


def literal_node(value: Any, quote: str = "") -> cst.BaseExpression:
    """A literal as an expression; `quote` is the mark that a string must not use."""
    text = repr(value)
    if quote and isinstance(value, str) and text[0] == quote:
        other = '"' if quote == "'" else "'"
        text = f"{other}{value}{other}"
    return cst.parse_expression(text)


def compared(node: cst.Comparison, left: Any, right: Any) -> Any:
    """What a comparison of two values gives; `UNDECIDED` where it raises, or is about identity that Python does not promise."""
    sort = node.comparisons[0].operator
    if isinstance(sort, (cst.Is, cst.IsNot)) and not any(value is None or isinstance(value, bool) for value in (left, right)):
        return UNDECIDED
    try:
        return _COMPARISONS[type(sort)](left, right)
    except (TypeError, KeyError):
        return UNDECIDED


def is_pure(node: cst.BaseExpression) -> bool:
    """Whether nothing happens when the expression is evaluated, but for what properties do."""
    if isinstance(node, (cst.Name, cst.SimpleString, cst.Integer, cst.Float)):
        return True
    if isinstance(node, cst.Attribute):
        return is_pure(node.value)
    if isinstance(node, cst.UnaryOperation):
        return is_pure(node.expression)
    if isinstance(node, cst.BooleanOperation):
        return is_pure(node.left) and is_pure(node.right)
    if isinstance(node, cst.Comparison):
        return is_pure(node.left) and all(is_pure(part.comparator) for part in node.comparisons)
    if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
        return all(isinstance(element, cst.Element) and is_pure(element.value) for element in node.elements)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _WITHOUT_EFFECT:
        return all(is_pure(argument.value) for argument in node.args)
    return False


def hoisted(outer: cst.BaseExpression, chosen: cst.BaseExpression) -> cst.BaseExpression:
    """A part of an expression in the place of the whole, which keeps its brackets."""
    if outer.lpar and not chosen.lpar:
        return chosen.with_changes(lpar=outer.lpar, rpar=outer.rpar)
    return chosen


def bare(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression that needs no brackets without them."""
    plain = all(isinstance(bracket.whitespace_after, cst.SimpleWhitespace) for bracket in node.lpar)
    negative = isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus)
    return node.with_changes(lpar=[], rpar=[]) if plain and (negative or isinstance(node, _ATOMS)) else node
