"""Lines of code that a change brings: what holds a token other than comment, docstring or blank, wherever it stands."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from mlsmith.errors import SourceError
from mlsmith.sources.notebook import read_notebook
from mlsmith.sources.python import decode, parsed, split_lines


def code_lines(data: bytes, path: str) -> Counter[str]:
    """The lines of code of a Python file or notebook, stripped, each with how often it stands there; none where it cannot be read."""
    try:
        text = read_notebook(data).text if path.endswith(".ipynb") else decode(data)
    except SourceError:
        return Counter()
    silent = _docstring_lines(text)
    stripped = ((number, line.strip()) for number, line in enumerate(split_lines(text), 1))
    return Counter(line for number, line in stripped if line and line[0] != "#" and number not in silent)


def brought(before: Iterable[Counter[str]], after: Iterable[Counter[str]]) -> int:
    """How many lines are there after and were not before; what was moved between files is not new."""
    old, new = Counter[str](), Counter[str]()
    for lines in before:
        old.update(lines)
    for lines in after:
        new.update(lines)
    return (new - old).total()


def _docstring_lines(text: str) -> set[int]:
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                found.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return found
