"""Whether two expressions may have one value, by what they say."""

from __future__ import annotations

import ast
from difflib import SequenceMatcher

from mlsmith.index.scopes import last_word
from mlsmith.regex import regex
from mlsmith.revisions.wording import is_literal

_OPERATOR = regex(r"\b(?:And|Or|Add|Sub|Mult|MatMult|Div|FloorDiv|Mod|Pow|Lt|LtE|Gt|GtE|Eq|NotEq|Is|IsNot|In|NotIn)\(\)")
_NAMED = (ast.Name, ast.Attribute, ast.Subscript)
_CONVERSIONS = frozenset({
    "Path", "array", "as_tensor", "asarray", "bool", "copy", "deepcopy", "dict", "float", "fspath", "int", "list", "set", "str", "tensor", "tuple",
})  # fmt: skip
"""What hands on a value that is of the right type already"""
_SEVERAL, _SLIP = 3, 0.8
_ASK_FOR_SOMETHING = frozenset({"exists", "is_none", "isnone", "is_not_none"})
_COPIES = frozenset({"clone", "contiguous", "copy", "item", "numpy", "to_list", "to_numpy", "tolist"})


def may_be_equal(old: str, new: str) -> bool:
    """Whether two expressions may have one value, as they are shown. One that is too long to be shown whole may be anything."""
    one, other = parsed(old), parsed(new)
    if one is None or other is None or ast.dump(_plainly(one)) == ast.dump(_plainly(other)):
        return True
    literals = is_literal(old), is_literal(new)
    if all(literals):
        values = ast.literal_eval(old), ast.literal_eval(new)
        return bool(values[0] == values[1]) or _differ_in_spelling(*values)
    if any(literals):
        if {ast.unparse(one), ast.unparse(other)} & {"True", "False"}:  # Beside a branch that asks for the rest.
            return any(isinstance(side, (*_NAMED, ast.Compare, ast.BoolOp, ast.UnaryOp)) for side in (one, other))
        return isinstance(one, _NAMED) or isinstance(other, _NAMED)  # A constant may be named, or stand in a table.
    return _shape(old) != _shape(new) and not _holds(one, other) and not _holds(other, one)


def _differ_in_spelling(one: object, other: object) -> bool:
    """Whether two texts of several words differ by a slip of the pen."""
    if not isinstance(one, str) or not isinstance(other, str) or _without_letters(one) != _without_letters(other):
        return False
    words = one.lower().split(), other.lower().split()
    return len(words[0]) == len(words[1]) >= _SEVERAL and all(
        SequenceMatcher(None, *pair, autojunk=False).ratio() >= _SLIP for pair in zip(*words, strict=True)
    )


def _without_letters(text: str) -> str:
    """The digits and signs of a text, which say what is read from it or written into it."""
    return "".join(letter for letter in text if not letter.isalpha() and not letter.isspace())


def parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _plainly(node: ast.expr) -> ast.expr:
    """An expression without a conversion or copy around it, and with `is` for `==`."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and last_word(node.func) in _CONVERSIONS:
        return node.args[0]
    if (
        isinstance(node, ast.Call)
        and not node.args
        and not node.keywords
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _COPIES
    ):
        return node.func.value
    if isinstance(node, ast.Attribute) and node.attr == "values":
        return node.value  # Of a table or of its columns, as an array.
    if isinstance(node, ast.IfExp):
        return _given_or_made(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.Is, ast.NotEq, ast.IsNot)):
        is_equal = isinstance(node.ops[0], (ast.Eq, ast.Is))
        return ast.Compare(node.left, [ast.Is() if is_equal else ast.IsNot()], node.comparators)
    return node


def _given_or_made(node: ast.IfExp) -> ast.expr:
    """`x` for `y if x is None else x` and `y if not exists(x) else x`, which a default of None asks for, and for `x if … else undefined`."""
    one, other, test = node.body, node.orelse, node.test
    if isinstance(other, ast.Name) and other.id == "undefined":
        return one
    asked = test.operand if isinstance(test, ast.UnaryOp) else test
    if isinstance(asked, ast.Call) and len(asked.args) == 1 and not asked.keywords and last_word(asked.func) in _ASK_FOR_SOMETHING:
        compared: ast.expr | None = asked.args[0]
    else:
        compared = test.left if isinstance(test, ast.Compare) and "None" in ast.unparse(test.comparators[0]) else None
    return next((side for side in (one, other) if compared is not None and ast.dump(side) == ast.dump(compared)), node)


def _holds(outer: ast.expr, inner: ast.expr) -> bool:
    text = ast.dump(inner)
    return any(ast.dump(node) == text for node in ast.walk(outer) if type(node) is type(inner))


def _shape(text: str) -> str:
    """An expression without the plain values and operators in it: that of `n - 1 > m` is that of `n + 2 < m`."""
    tree = ast.parse(text, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = None
    return _OPERATOR.sub("", ast.dump(tree))
