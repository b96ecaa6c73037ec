"""`"{} {name:.2f}".format(x, name=y)` as the f-string that gives the same text."""

from __future__ import annotations

import ast
from string import Formatter


def as_f_string(node: ast.Call) -> ast.JoinedStr | None:
    """The f-string in whose place a call of `str.format` may stand; None where it is none, or where one may do something else.

    `"a" + str(x)` and `"a%s" % x` are none: `format(x)` is not `str(x)` for members of some enumerations.
    """
    text = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "format" else None
    if not isinstance(text, ast.Constant) or not isinstance(text.value, str) or not all(keyword.arg for keyword in node.keywords):
        return None
    given: dict[str, ast.expr] = {str(number): argument for number, argument in enumerate(node.args)}
    given.update({str(keyword.arg): keyword.value for keyword in node.keywords})
    pieces: list[ast.expr] = []
    used: list[str] = []
    try:
        fields = list(Formatter().parse(text.value))
    except ValueError:
        return None
    for before, name, spec, conversion in fields:
        pieces.append(ast.copy_location(ast.Constant(before), text))
        if name is not None:
            used.append(name or str(len(used)))
            value = given.get(used[-1])
            if value is None or isinstance(value, ast.Starred) or "{" in (spec or ""):
                return None
            pieces.append(ast.copy_location(_put_in(value, conversion or "", spec or ""), value))
    # What is put in twice would be computed twice, and what is not put in would not be computed.
    return ast.copy_location(ast.JoinedStr(pieces), node) if used == list(given) else None


def merged(node: ast.JoinedStr) -> list[ast.expr]:
    """What an f-string is made of, with what stands beside each other as one."""
    found: list[ast.expr] = []
    for piece in node.values:
        before = found[-1] if found else None
        if isinstance(piece, ast.Constant) and isinstance(before, ast.Constant):
            found[-1] = ast.copy_location(ast.Constant(str(before.value) + str(piece.value)), before)
        elif not isinstance(piece, ast.Constant) or piece.value:
            found.append(piece)
    return found


def _put_in(value: ast.expr, conversion: str, spec: str) -> ast.FormattedValue:
    made = ast.JoinedStr([ast.copy_location(ast.Constant(spec), value)]) if spec else None
    return ast.FormattedValue(value, ord(conversion) if conversion else -1, made and ast.copy_location(made, value))
