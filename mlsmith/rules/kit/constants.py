"""Literal values of expressions, through names that have one value only."""

from __future__ import annotations

import ast
from typing import Any, Final

from mlsmith.index.resolve import Resolver
from mlsmith.index.scopes import Binding


class _Unknown:
    """Not a literal, or not known to be one. Equal to nothing but itself, and false."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


class Constants:
    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._depth = 0

    def value(self, node: ast.expr | None) -> Any:
        """The value of a literal, `not`/`-` of one, a tuple, list or dict of them, or a name that only ever has that value."""
        if node is None:
            return UNKNOWN
        if isinstance(node, ast.Constant):
            return node.value
        if self._depth > 8:
            return UNKNOWN
        self._depth += 1
        try:
            return self._compute(node)
        finally:
            self._depth -= 1

    def _compute(self, node: ast.expr) -> Any:
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._of_name(node)
        if isinstance(node, ast.UnaryOp):
            return self._of_unary(node)
        if isinstance(node, (ast.Tuple, ast.List)):
            items = [self.value(element) for element in node.elts]
            return UNKNOWN if any(item is UNKNOWN for item in items) else (tuple(items) if isinstance(node, ast.Tuple) else items)
        if isinstance(node, ast.BinOp):
            return self._of_arithmetic(node)
        return UNKNOWN

    def _of_name(self, node: ast.Name | ast.Attribute) -> Any:
        binding = self.single_binding(node)
        if binding is None or binding.kind != "assign" or binding.index is not None:
            return UNKNOWN
        return self.value(binding.value)

    def single_binding(self, node: ast.Name | ast.Attribute) -> Binding | None:
        """The one binding that a name or a `self` attribute can have its value from, where there is only one."""
        if isinstance(node, ast.Name):
            bindings = self.resolver.reaching(node)
        else:
            cls = self.resolver.class_of_self(node.value)
            bindings = self.resolver.attribute_bindings(cls, node.attr) if cls is not None else []
        return bindings[0] if len(bindings) == 1 else None

    def _of_unary(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        return UNKNOWN

    def _of_arithmetic(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
            return UNKNOWN
        try:
            if isinstance(node.op, ast.Add):
                return left + right
            if isinstance(node.op, ast.Sub):
                return left - right
            if isinstance(node.op, ast.Mult):
                return left * right
            if isinstance(node.op, ast.Div):
                return left / right
            if isinstance(node.op, ast.FloorDiv):
                return left // right
            if isinstance(node.op, ast.Pow) and abs(left) < 1000 and abs(right) < 20:
                return left**right
        except (ZeroDivisionError, OverflowError, ValueError):
            return UNKNOWN
        return UNKNOWN
