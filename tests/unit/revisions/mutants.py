"""Small edits of real code that change what it does, each at a place drawn by chance: the catalogue that no edit may slip through."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator

_OF_MESSAGES = ("__all__", "advice", "message", "reason")
"""What our own files keep for an error, and a list of names"""


def mutants(source: str, seed: str, number: int) -> Iterator[tuple[str, str]]:
    """(what was done, the file with it) for some edits, no two of one kind."""
    draw = random.Random(seed)
    tree = _prepared(source)
    places = {
        kind: [n for n, node in enumerate(ast.walk(tree)) if fits(node) and not _is_silent(node)] for kind, (fits, _) in EDITS.items()
    }
    some = [kind for kind, found in places.items() if found]
    for kind in draw.sample(some, min(number, len(some))):
        edited = _prepared(source)
        node = list(ast.walk(edited))[draw.choice(places[kind])]
        said = f"{kind} in line {getattr(node, 'lineno', 0)}: {ast.unparse(node).splitlines()[0]}"
        EDITS[kind][1](node)
        yield said, ast.unparse(ast.fix_missing_locations(edited))


def _prepared(source: str) -> ast.Module:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.up = node  # type: ignore[attr-defined]
    return tree


def _is_silent(node: ast.AST) -> bool:
    """Whether people or type checkers alone read what it stands in: a message, a docstring, an annotation."""
    inner, outer = node, getattr(node, "up", None)
    while outer is not None:
        if isinstance(outer, (ast.Raise, ast.Assert, ast.AnnAssign, ast.arg, ast.arguments, ast.JoinedStr)):
            return True
        if isinstance(outer, ast.Expr) and isinstance(inner, ast.Constant):
            return True
        if isinstance(outer, ast.Call) and ast.unparse(outer.func).endswith("Error"):
            return True
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)) and (inner is outer.returns or outer.name in ("__repr__", "__str__")):
            return True
        if isinstance(outer, ast.Assign) and ast.unparse(outer.targets[0]) in _OF_MESSAGES:
            return True
        if isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.unparse(outer.test):
            return True
        inner, outer = outer, getattr(outer, "up", None)
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _around(node: ast.expr) -> ast.Call:
    return ast.Call(ast.Name("another", ast.Load()), [node], [])


def _put_around_an_argument(node: ast.Call) -> None:
    node.args[0] = _around(node.args[0])


def _put_around_a_keyword(node: ast.Call) -> None:
    node.keywords[0].value = _around(node.keywords[0].value)


def _another_number(node: ast.Constant) -> None:
    node.value = node.value * 2 + 1  # type: ignore[operator]


def _the_other_flag(node: ast.Constant) -> None:
    node.value = not node.value


def _another_text(node: ast.Constant) -> None:
    node.value = str(node.value) + "_x"


def _the_other_comparison(node: ast.Compare) -> None:
    node.ops = [_OPPOSITES[type(node.ops[0])]()]


def _another_operator(node: ast.BinOp | ast.AugAssign) -> None:
    node.op = _OTHERS[type(node.op)]()


def _the_other_branch(node: ast.If) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _put_around_a_result(node: ast.Return) -> None:
    assert node.value is not None
    node.value = _around(node.value)


def _put_around_what_is_gone_over(node: ast.For) -> None:
    node.iter = _around(node.iter)


def _another_attribute(node: ast.Attribute) -> None:
    node.attr = f"{node.attr}_x"


def _without(node: ast.stmt) -> None:
    outer = node.up  # type: ignore[attr-defined]
    for block in (getattr(outer, name, None) for name in ("body", "orelse", "finalbody")):
        if isinstance(block, list) and node in block:
            block[block.index(node)] = ast.copy_location(ast.Pass(), node)


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OTHERS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


def _is_called_with(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and bool(node.args) and not isinstance(node.args[0], ast.Starred) and ast.unparse(node.func) != "super"
    )


def _is_constant(node: ast.AST, *kinds: type) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in kinds


EDITS: dict[str, tuple[Callable[[ast.AST], bool], Callable[..., None]]] = {
    "put around an argument": (_is_called_with, _put_around_an_argument),
    "put around a keyword": (
        lambda n: isinstance(n, ast.Call) and bool(n.keywords) and n.keywords[0].arg is not None,
        _put_around_a_keyword,
    ),
    "another number": (lambda n: _is_constant(n, int, float), _another_number),
    "the other flag": (lambda n: _is_constant(n, bool), _the_other_flag),
    "another text": (lambda n: _is_constant(n, str), _another_text),
    "the other comparison": (lambda n: isinstance(n, ast.Compare) and len(n.ops) == 1, _the_other_comparison),
    "another operator": (lambda n: isinstance(n, (ast.BinOp, ast.AugAssign)) and type(n.op) in _OTHERS, _another_operator),
    "the other branch": (lambda n: isinstance(n, ast.If), _the_other_branch),
    "put around a result": (lambda n: isinstance(n, ast.Return) and n.value is not None, _put_around_a_result),
    "put around what is gone over": (lambda n: isinstance(n, ast.For), _put_around_what_is_gone_over),
    "another attribute": (lambda n: isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load), _another_attribute),
    "without a step": (lambda n: isinstance(n, ast.Expr) and isinstance(n.value, ast.Call), _without),
    "without a store": (lambda n: isinstance(n, ast.Assign) and isinstance(n.targets[0], (ast.Attribute, ast.Subscript)), _without),
}
