"""Statements put into a body, decorators over a function, a block around a loop: as edits that leave every other line as it is."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlsmith.finding import Edit, Fix, Position, Safety, Span, plain_span, span_from

if TYPE_CHECKING:
    from mlsmith.rules.kit.definitions import Function, Loop
    from mlsmith.rules.kit.module import Module


def body_of(statement: ast.stmt) -> list[ast.stmt]:
    """The statements among which one stands: a body, an `else`, a `finally`."""
    around = statement.up  # type: ignore[attr-defined]
    return next(field for _, field in ast.iter_fields(around) if isinstance(field, list) and statement in field)


def put_before(module: Module, statement: ast.stmt, text: str) -> Edit | None:
    """An edit that puts the line `text` before a statement, as far in as that is; None where it does not begin its line."""
    return _above(module, _first_line(statement), statement, text)


def put_first(module: Module, body: list[ast.stmt], text: str) -> Edit | None:
    """An edit that makes `text` the first line of a body, behind its docstring."""
    rest = body[1:] if _is_docstring(body[0]) else body
    return put_before(module, rest[0], text) if rest else None


def put_after(module: Module, statement: ast.stmt, text: str) -> Edit | None:
    """An edit that puts the line `text` behind a statement, as far in as that begins; None where something follows on its last line."""
    last = statement.end_lineno or statement.lineno
    line, indent = module.source.lines[last - 1], _indent(module, statement)
    end = module.source.column(last, statement.end_col_offset or 0)
    rest = line[end - 1 :].strip()
    if indent is None or (rest and not rest.startswith("#")):
        return None
    at = Position(last, len(line) + 1)
    return Edit(_span(module, at), f"\n{indent}{text}")


def decorated(function: Function, decorator: str) -> Edit | None:
    """An edit that decorates a function, nearest to it: above `def`, below what decorates it already."""
    return _above(function.module, function.node.lineno, function.node, decorator)


def block_around(module: Module, loop: Loop, head: str) -> tuple[Edit, ...]:
    """Edits that put a loop into a `with` block of its own; none where moving its lines to the right would change a text in it."""
    node = loop.node
    indent = _indent(module, node)
    opening = put_before(module, node, head)
    last = node.end_lineno or node.lineno
    if indent is None or opening is None or any(_spans_lines(part) for part in ast.walk(node)):
        return ()
    step = "\t" if "\t" in indent else "    "
    first = opening._replace(text=f"{head}\n{indent}{step}")
    lines = [number for number in range(node.lineno + 1, last + 1) if module.source.lines[number - 1].strip()]
    return (first, *(Edit(_span(module, Position(number, 1)), step) for number in lines))


def plain_edits(edits: Sequence[Edit | None]) -> tuple[Any, ...]:
    """Edits as facts keep them: nothing at all where one of them cannot be made."""
    made = [edit for edit in edits if edit is not None]
    return tuple((plain_span(edit.span), edit.text) for edit in made) if len(made) == len(edits) else ()


def fix_of(title: str, plain: Sequence[Any]) -> Fix | None:
    """The unsafe fix that `plain_edits` took apart; None where there are no edits."""
    return Fix(title, Safety.UNSAFE, tuple(Edit(span_from(span), text) for span, text in plain)) if plain else None


def _above(module: Module, line: int, node: ast.stmt, text: str) -> Edit | None:
    indent = _indent(module, node)
    if indent is None:
        return None
    return Edit(_span(module, Position(line, len(indent) + 1)), f"{text}\n{indent}")


def _first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _indent(module: Module, node: ast.stmt) -> str | None:
    """The white space before a statement that begins its line."""
    line = module.source.lines[node.lineno - 1]
    before = line[: module.source.column(node.lineno, node.col_offset) - 1]
    return None if before.strip() else before


def _span(module: Module, at: Position) -> Span:
    """An empty span, in a notebook counted in its cell."""
    return module.source.localise(at, at)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _spans_lines(node: ast.AST) -> bool:
    text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))
    return text and node.lineno != node.end_lineno  # type: ignore[attr-defined]
