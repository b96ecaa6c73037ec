"""Formulas over columns, as texts that two files can be compared by, and whether two of them are the same function."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.Pow: operator.pow,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log": math.log, "log1p": math.log1p, "log2": math.log2, "log10": math.log10, "exp": math.exp, "expm1": math.expm1, "sqrt": math.sqrt,
    "abs": abs, "sin": math.sin, "cos": math.cos, "maximum": max, "minimum": min, "round": lambda x, *_: x, "float": float, "int": float,
}  # fmt: skip
_MODULES = ("numpy.", "math.")
_POINTS = (
    (3.7, 5.3, 7.9, 11.6, 2.1, 17.2, 4.4, 9.1),
    (2.9, 13.1, 5.7, 3.3, 19.4, 6.1, 8.8, 12.7),
    (14.3, 4.1, 2.3, 8.2, 6.9, 3.9, 21.7, 5.1),
)
_UNITS = tuple(float(n) for n in (10, 100, 1000, 10_000, 1_000_000, 60, 3600, 24, 7, 12, 365, 365.25, 86400, 1e9, 2.54, 1024))
"""Factors between what people type in and what data hold"""


def formula(module: Module, node: ast.expr) -> str:
    """An expression with columns and variables by their plain names; empty where more than arithmetic is in it."""
    text = _text(module, node)
    return text if text and any(sign in text for sign in "+-*/%(") else ""


def leaves(text: str) -> frozenset[str]:
    """The names that a formula is about."""
    tree = ast.parse(text, mode="eval")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)


def differ(one: str, other: str) -> bool:
    """Whether two formulas of the same names surely are different functions, other than by a unit or a guard against zero."""
    names = sorted(leaves(one))
    if set(names) != leaves(other) or len(names) > len(_POINTS[0]):
        return False
    ratios = []
    for point in _POINTS:
        values = dict(zip(names, point, strict=False))
        try:
            first, second = _value(ast.parse(one, mode="eval").body, values), _value(ast.parse(other, mode="eval").body, values)
            ratios.append(first / second)
        except (ArithmeticError, ValueError, TypeError):
            return False
    if any(isinstance(ratio, complex) for ratio in ratios) or all(abs(ratio - 1) < 0.01 for ratio in ratios):
        return False
    constant = all(math.isclose(ratio, ratios[0], rel_tol=1e-6) for ratio in ratios)
    return not (constant and any(math.isclose(ratios[0], k, rel_tol=0.01) for unit in _UNITS for k in (unit, 1 / unit, unit**2, unit**-2)))


def _value(node: ast.expr, values: dict[str, float]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values)
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_value(node.left, values), _value(node.right, values))
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return _FUNCTIONS[node.func.id](*(_value(argument, values) for argument in node.args))


def _text(module: Module, node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return repr(node.value) if type(node.value) in (int, float) else ""
    if isinstance(node, ast.Name):
        value = module.constant(node)
        if type(value) in (int, float):
            return repr(value)
        return _named(node.id)
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return _named(key) if isinstance(key, str) and key.isidentifier() else ""
    if isinstance(node, ast.Attribute):
        return _named(node.attr) if isinstance(node.value, ast.Name) and not module.names(node) else ""
    if isinstance(node, ast.UnaryOp):
        inner = _text(module, node.operand)
        return f"(-{inner})" if inner and isinstance(node.op, ast.USub) else ""
    if isinstance(node, ast.BinOp):
        left, right = _text(module, node.left), _text(module, node.right)
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"}.get(type(node.op))
        return f"({left} {sign} {right})" if left and right and sign else ""
    return _of_call(module, node) if isinstance(node, ast.Call) else ""


def _named(word: str) -> str:
    """A variable or a column as a name of a formula: `df["class"]` and `Class` are no Python in small letters."""
    small = word.lower()
    return f"{small}_" if iskeyword(small) else small


def _of_call(module: Module, node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
        return _text(module, node.func.value)
    names = module.names(node.func)
    word = names[0].rpartition(".")[2] if names and (names[0].startswith(_MODULES) or names[0] in ("abs", "float", "int", "round")) else ""
    if word not in _FUNCTIONS or node.keywords or not node.args:
        return ""
    parts = [_text(module, argument) for argument in node.args]
    return f"{word}({', '.join(parts)})" if all(parts) else ""
