"""Lists and tuples that are added to each other, put as one that is written out."""

from __future__ import annotations

import ast

_DISPLAYS: dict[str, type[ast.List] | type[ast.Tuple]] = {"List": ast.List, "Tuple": ast.Tuple}


def terms_of(node: ast.expr) -> list[ast.expr]:
    """What is added up, from left to right."""
    return [*terms_of(node.left), node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else [node]


def kind_of_display(node: ast.expr) -> str:
    return "Tuple" if isinstance(node, ast.Tuple) else "List" if isinstance(node, ast.List | ast.ListComp) else ""


def put_together(terms: list[ast.expr], kind: str, node: ast.expr) -> ast.expr:
    """`(a,) + b` as `(a, *b)`."""
    elements: list[ast.expr] = []
    for term in terms:
        elements += term.elts if isinstance(term, ast.List | ast.Tuple) else [ast.copy_location(ast.Starred(term, ast.Load()), term)]
    return ast.copy_location(_DISPLAYS[kind](elements, ast.Load()), node)


def is_always_put_together(name: str, node: ast.AST) -> bool:
    """Whether all that a name is ever assigned is written out, or a sum with something that is."""
    nodes = list(ast.walk(node))
    values = [one.value for one in nodes if isinstance(one, ast.Assign | ast.AnnAssign) and _is_target(name, one)]
    written = sum(isinstance(one, ast.Name) and one.id == name and not isinstance(one.ctx, ast.Load) for one in nodes)
    return written == len(values) and all(value is not None and any(map(kind_of_display, terms_of(value))) for value in values)


def _is_target(name: str, node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name
