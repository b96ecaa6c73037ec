"""Columns with data about persons: those that the settings name, and where code takes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module


_ROWS = frozenset({
    "row", "rows", "record", "records", "df", "frame", "person", "people", "user", "users", "customer", "customers",
    "client", "clients", "patient", "patients", "member", "members", "employee", "employees", "applicant", "applicants", "sample", "samples",
})  # fmt: skip
_OF_ANYTHING = frozenset({"name", "id", "type", "title"})
"""What folders, metrics, processors and stages have as well as persons"""


def is_sensitive(module: Module, column: object) -> bool:
    """Whether a column is declared sensitive: `sensitive = ["email", "customer_*"]`."""
    return isinstance(column, str) and any(fnmatchcase(column.lower(), pattern.lower()) for pattern in module.settings.sensitive)


def sensitive_columns(module: Module, node: ast.AST) -> Iterator[str]:
    """Sensitive columns that an expression takes, in order: `row["email"]`, `row.email`, `df[["email", "age"]]`, `row.get("email")`.

    An attribute that anything may have (`folder.name`), and a key of that name in what is no row, say nothing of a person.
    """
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript):
            taken = module.constant(part.slice)
            for column in taken if isinstance(taken, (list, tuple)) else [taken]:
                if is_sensitive(module, column) and (column not in _OF_ANYTHING or _is_row(part.value)):
                    yield column
        elif isinstance(part, ast.Attribute) and is_sensitive(module, part.attr) and (part.attr not in _OF_ANYTHING or _is_row(part.value)):
            yield part.attr
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "get" and part.args:
            column = module.constant(part.args[0])
            if is_sensitive(module, column):
                yield column


def _is_row(node: ast.expr) -> bool:
    """Whether something is called as rows, frames and persons are."""
    name = last_word(node)
    return bool(_ROWS & set(tokens(name)))
