"""What is written in several ways and does the same, put one way, so that only what it does is compared."""

from __future__ import annotations

import ast
from string import Formatter
from typing import TypeGuard

from mlsmith.regex import regex

_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq, ast.NotEq: ast.NotEq, ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE,
}  # fmt: skip
_POSITIVE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.NotEq: ast.Eq, ast.IsNot: ast.Is, ast.NotIn: ast.In}
_DOES_SOMETHING = (ast.Call, ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom)
"""Expressions that are told where they stand, which is inside the branch"""
_NOUGHT = ast.dump(ast.Constant(0))

# calls


def as_display(node: ast.Call) -> ast.expr | None:
    """`set([x for x in y])` as `{x for x in y}`, `list()` as `[]`: what the built-in types make of literals."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "range" and len(node.args) == 2 and ast.dump(node.args[0]) == _NOUGHT and not isinstance(node.args[1], ast.Starred):
        return ast.copy_location(ast.Call(node.func, node.args[1:], []), node)
    made: ast.expr | None = _as_generator(node)
    inner = node.args[0] if len(node.args) == 1 and not node.keywords else None
    inner = (isinstance(inner, ast.Call) and _as_generator(inner)) or inner
    if not node.args and not node.keywords and name in ("list", "dict"):
        made = ast.List([], ast.Load()) if name == "list" else ast.Dict([], [])
    elif isinstance(inner, (ast.ListComp, ast.GeneratorExp)) and name in ("set", "list"):
        made = (ast.SetComp if name == "set" else ast.ListComp)(inner.elt, inner.generators)
    elif (
        isinstance(inner, (ast.ListComp, ast.GeneratorExp))
        and name == "dict"
        and isinstance(inner.elt, ast.Tuple)
        and len(inner.elt.elts) == 2
    ):
        made = ast.DictComp(key=inner.elt.elts[0], value=inner.elt.elts[1], generators=inner.generators)
    elif isinstance(inner, (ast.List, ast.Tuple)) and inner.elts and name in ("set", "list", "tuple"):
        made = ast.Set(inner.elts) if name == "set" else {"list": ast.List, "tuple": ast.Tuple}[name](inner.elts, ast.Load())
    elif name == "dict" and not node.args and all(keyword.arg for keyword in node.keywords):
        made = ast.Dict([ast.copy_location(ast.Constant(k.arg), k.value) for k in node.keywords], [k.value for k in node.keywords])
    return ast.copy_location(made, node) if made is not None else None


_AXES = regex(r"->|\.\.\.|[(),]|[^\s(),.>-]+|\S")


def with_plain_axes(node: ast.Call, names: tuple[str, ...]) -> ast.Call:
    """`rearrange(x, "b (h d ) -> b h d")` with one blank between the words of the pattern: they only part the names of axes. An axis of one
    element is `()` or `1`.
    """
    if not any(name.startswith("einops.") or name.endswith(".einsum") for name in names) or not any(
        _is_pattern(argument) for argument in node.args
    ):
        return node
    given = [_plain(argument) if _is_pattern(argument) else argument for argument in node.args]
    return ast.copy_location(ast.Call(node.func, given, node.keywords), node)


def with_plain_mode(node: ast.Call) -> ast.Call:
    """`open(path, "rt")` as `open(path, "r")`: text is what is read where nothing else is said."""
    if not isinstance(node.func, ast.Name) or node.func.id != "open":
        return node
    given = [_without_t(one) if place == 1 else one for place, one in enumerate(node.args)]
    keywords = [ast.keyword(k.arg, _without_t(k.value)) if k.arg == "mode" else k for k in node.keywords]
    return ast.copy_location(ast.Call(node.func, given, keywords), node)


def _without_t(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Constant(str(node.value).replace("t", "")), node) if _is_pattern(node) else node


def _is_pattern(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _plain(node: ast.Constant) -> ast.expr:
    text = " ".join(_AXES.findall(str(node.value))).replace("( ", "(").replace(" )", ")").replace(" ,", ",").replace("()", "1")
    return ast.copy_location(ast.Constant(text), node)


def said(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements without the texts that stand among them."""
    return [one for one in body if not is_text(one)]


def is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def only_hands_on(node: ast.AST) -> bool:
    """Whether a method does nothing but call the one that it hides, with what it is given."""
    call = _only_result(node)
    func = call.func if isinstance(call, ast.Call) else None
    if not isinstance(node, ast.FunctionDef) or not isinstance(call, ast.Call) or not isinstance(func, ast.Attribute):
        return False
    above = func.value
    given = node.args
    if (
        func.attr != node.name
        or not isinstance(above, ast.Call)
        or ast.unparse(above.func) != "super"
        or given.defaults
        or given.kw_defaults
    ):
        return False
    plain = [one.arg for one in (*given.posonlyargs, *given.args)][1:]
    stars = [f"*{given.vararg.arg}"] if given.vararg else []
    names = [*plain, *stars, *([f"**{given.kwarg.arg}"] if given.kwarg else [])]
    return [ast.unparse(one) for one in (*call.args, *call.keywords)] in (
        names,
        [*(f"{name}={name}" for name in plain), *names[len(plain) :]],
    )


def as_lambda(node: ast.AST) -> str:
    """What a function does that gives back one expression, by the names of its parameters; of any other nothing."""
    given = node.body if isinstance(node, ast.Lambda) else _only_result(node)
    if given is None or not isinstance(node, (ast.FunctionDef, ast.Lambda)):
        return ""
    args = node.args
    names = [one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    defaults = [ast.dump(one) for one in (*args.defaults, *args.kw_defaults) if one is not None]
    return " ".join([*names, "*" if args.vararg or args.kwarg else "", *defaults, ast.dump(given)])


def _only_result(node: ast.AST) -> ast.expr | None:
    """What a function without decorators gives back, where it does nothing else."""
    body = said(node.body) if isinstance(node, ast.FunctionDef) and not node.decorator_list else []
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None


def _as_generator(node: ast.Call) -> ast.GeneratorExp | None:
    """`map(lambda x: f(x), y)` as `(f(x) for x in y)`, `filter(lambda x: f(x), y)` as `(x for x in y if f(x))`."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    function, over = node.args if len(node.args) == 2 else (None, None)
    if name not in ("map", "filter") or node.keywords or not isinstance(function, ast.Lambda) or over is None:
        return None
    parameters = [parameter.arg for parameter in function.args.args]
    if parameters != [ast.unparse(function.args)] or isinstance(over, ast.Starred):
        return None  # It takes more than one, or has a default.
    element = ast.copy_location(ast.Name(parameters[0], ast.Load()), function)
    target = ast.copy_location(ast.Name(parameters[0], ast.Store()), function)
    made = (function.body, []) if name == "map" else (element, [function.body])
    return ast.copy_location(ast.GeneratorExp(made[0], [ast.comprehension(target, over, made[1], 0)]), node)


def takes_all(node: ast.ListComp | ast.SetComp) -> bool:
    """Whether a comprehension only puts what it goes over into a list or set."""
    (first, *others), element = node.generators, node.elt
    plain = isinstance(element, ast.Name) and isinstance(first.target, ast.Name) and element.id == first.target.id
    return plain and not (others or first.ifs or first.is_async)


# texts


def as_f_string(node: ast.Call) -> ast.JoinedStr | None:
    """`"{} {name:.2f}".format(x, name=y)` as the f-string that gives the same text; None where it is none, or where one may do something else.

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


# tests


def as_one_branch(node: ast.If) -> ast.If:
    """`if a: if b: …` as `if a and b: …`, where neither has another branch and the second test only reads."""
    while not node.orelse and len(node.body) == 1:
        inner = node.body[0]
        if not isinstance(inner, ast.If) or inner.orelse or any(isinstance(one, _DOES_SOMETHING) for one in ast.walk(inner.test)):
            break
        asked = [part for test in (node.test, inner.test) for part in (test.values if _is_and(test) else [test])]
        both = ast.copy_location(ast.BoolOp(ast.And(), asked), node.test)
        node = ast.copy_location(ast.If(both, inner.body, []), node)
    return node


def _is_and(test: ast.expr) -> TypeGuard[ast.BoolOp]:
    return isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)


def is_negation(node: ast.expr) -> bool:
    return (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)) or (
        isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _POSITIVE
    )


def says_no(test: ast.AST) -> bool:
    """Whether a condition is a negation as it is written: `not a`, `a != b`, `a is None or b != c` with nothing but such."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return all(is_negation(operand) for operand in test.values)
    return isinstance(test, ast.expr) and is_negation(test)


def opposite(node: ast.expr) -> ast.expr:
    """What a negation says no to."""
    if isinstance(node, ast.UnaryOp):
        return node.operand
    assert isinstance(node, ast.Compare)
    return ast.copy_location(ast.Compare(node.left, [_POSITIVE[type(node.ops[0])]()], node.comparators), node)


def constant_last(node: ast.Compare) -> ast.Compare:
    """`0 < x` as `x > 0`."""
    right, mirrored = node.comparators[0], _MIRRORED.get(type(node.ops[0]))
    if len(node.ops) > 1 or mirrored is None or not isinstance(node.left, ast.Constant) or isinstance(right, ast.Constant):
        return node
    return ast.copy_location(ast.Compare(right, [mirrored()], [node.left]), node)
