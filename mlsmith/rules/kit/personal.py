"""Columns with data about persons: those that the settings name, and where code takes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module


def is_sensitive(module: Module, column: object) -> bool:
    """Whether a column is declared sensitive: `sensitive = ["email", "customer_*"]`."""
    return isinstance(column, str) and any(fnmatchcase(column.lower(), pattern.lower()) for pattern in module.settings.sensitive)


def sensitive_columns(module: Module, node: ast.AST) -> Iterator[str]:
    """Sensitive columns that an expression takes, in order: `row["email"]`, `row.email`, `df[["email", "age"]]`, `row.get("email")`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript):
            taken = module.constant(part.slice)
            for column in taken if isinstance(taken, (list, tuple)) else [taken]:
                if is_sensitive(module, column):
                    yield column
        elif isinstance(part, ast.Attribute) and is_sensitive(module, part.attr):
            yield part.attr
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "get" and part.args:
            column = module.constant(part.args[0])
            if is_sensitive(module, column):
                yield column
