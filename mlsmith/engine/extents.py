"""Which lines a suppression speaks of: all lines of the statement it stands on, in or above.

Of a statement with a body (`def`, `with`, `for`) only the head counts, so that one comment cannot silence a
whole function.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlsmith.errors import SourceError

if TYPE_CHECKING:
    from mlsmith.engine.packing import Extent
    from mlsmith.sources.directives import Directive

_Node = ast.stmt | ast.ExceptHandler | ast.match_case


def extents_of(directives: tuple[Directive, ...], data: bytes, path: str, kind: str) -> tuple[Extent, ...]:
    """First and last line of what each directive of a file covers, counted as its findings are."""
    if not directives:
        return ()
    statements = _statements(data, path, kind)
    return tuple(_extent(directive, statements) for directive in directives)


def _extent(directive: Directive, statements: list[Extent]) -> Extent:
    line, shift = directive.text_line, directive.text_line - directive.line
    around = [(first, last) for first, last in statements if first <= line <= last]
    if around:
        first, last = min(around, key=lambda extent: extent[1] - extent[0])
    elif directive.kind == "next":
        first, last = min((extent for extent in statements if extent[0] > line), default=(line + 1, line + 1))
    else:
        first, last = line, line
    return (first - shift, last - shift)


def _statements(data: bytes, path: str, kind: str) -> list[Extent]:
    """Extents of all statements of Python source; none for other kinds, whose lines stand for themselves."""
    if kind == "python":
        from mlsmith.sources.python import read_python

        tree = read_python(data, path).tree
    elif kind == "notebook":
        from mlsmith.sources.notebook import read_notebook
        from mlsmith.sources.python import parse_python

        try:
            tree = parse_python(read_notebook(data).text, path).tree
        except SourceError:
            return []
    else:
        return []
    return [_head(node) for node in ast.walk(tree) if isinstance(node, _Node)]


def _head(node: _Node) -> Extent:
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if isinstance(node, ast.match_case):
        return (node.pattern.lineno, (node.guard or node.pattern).end_lineno or node.pattern.lineno)
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    if body is None:
        return (first, node.end_lineno or node.lineno)
    inner = {id(child) for name in ("body", "orelse", "finalbody", "handlers", "cases") for child in getattr(node, name, ())}
    ends = [_end(child) for child in ast.iter_child_nodes(node) if id(child) not in inner]
    return (first, max([node.lineno, *ends]))


def _end(node: ast.AST) -> int:
    """The last line of a node, also of those without a place of their own, such as the arguments of a
    function.
    """
    return max((getattr(child, "end_lineno", 0) or 0 for child in ast.walk(node)), default=0)
