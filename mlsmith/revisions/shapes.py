"""What a statement is, apart from the names of what it uses: by that it is known again where it was moved to."""

from __future__ import annotations

import ast
import re
from collections import Counter

from mlsmith.regex import regex
from mlsmith.revisions.spellings import is_text

_NAME = regex(r"(?<!func=)Name\(id='(\w+)'")
_OWN = regex(r"(?<!func=)Attribute\(value=_='\d+', ctx=Load\(\)\), attr='(\w+)'")
_HEADS = ("test", "iter", "target", "items", "subject")


def shape_of(node: ast.AST, *, holds: bool) -> str:
    """A statement with numbers for names, those of functions it calls excepted; of one that holds others without them."""
    parts = [getattr(node, name) for name in _HEADS if hasattr(node, name)]
    held = [one for part in parts for one in (part if isinstance(part, list) else [part])] if holds else [node]
    text = " ".join(ast.dump(one) for one in held)
    for named in (_NAME, _OWN) if "Call(" in text else (_NAME,):
        text = _numbered(text, named)
    return text


def shapes_in(node: ast.AST) -> Counter[str]:
    """Those of the statements that do something."""
    statements = (one for one in ast.walk(node) if isinstance(one, ast.stmt))
    return Counter(named_shape(one) for one in statements if _does_something(one))


def named_shape(one: ast.stmt) -> str:
    """That of a statement with what sort of statement it is."""
    return f"{type(one).__name__} {shape_of(one, holds=hasattr(one, 'body'))}"


def _does_something(one: ast.stmt) -> bool:
    return not is_text(one) and not isinstance(
        one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)
    )


def _numbered(text: str, named: re.Pattern[str]) -> str:
    numbers: dict[str, str] = {}
    return named.sub(lambda match: f"_='{numbers.setdefault(match[1], str(len(numbers)))}'", text)
