"""Concrete syntax on demand: one expression or statement opened as a libcst node, looked at or edited, and written back.

Only what a rule has hit is parsed, because libcst costs thirty times what `ast` does; layout and comments survive since everything
outside the edited node keeps its very bytes. Names of libcst stay behind this door: rules ask for the edit in the field's terms.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlsmith.finding import Edit, Fix, Safety

if TYPE_CHECKING:
    import libcst

    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module


def open_expression(module: Module, node: ast.expr) -> libcst.BaseExpression | None:
    """The libcst node of one expression; None where libcst cannot read it."""
    import libcst

    try:
        return libcst.parse_expression(f"({module.source.segment(node)})")
    except (libcst.ParserSyntaxError, RecursionError):
        return None


def render(node: libcst.CSTNode) -> str:
    """The text of a libcst node."""
    import libcst

    return libcst.Module([]).code_for_node(node)


def replace_expression(module: Module, node: ast.expr, text: str) -> Edit:
    """An edit that puts `text` in the place of an expression."""
    return Edit(module.source.span(node), text)


def with_argument(call: Call, name: str, value: str, *, title: str, safety: Safety) -> Fix | None:
    """A fix that gives the call the keyword argument `name=value`, replacing the one that is there.

    None where arguments of unknown content are passed, or libcst cannot read the call.
    """
    if any(keyword.arg is None for keyword in call.node.keywords) or "\n" in value:
        return None
    present = next((keyword for keyword in call.node.keywords if keyword.arg == name), None)
    if present is not None:
        return Fix(title, safety, (replace_expression(call.module, present.value, value),))
    text = _appended_on_its_line(call, f"{name}={value}")
    if text is None:
        import libcst

        opened = open_expression(call.module, call.node)
        if not isinstance(opened, libcst.Call):
            return None
        text = render(_appended(opened, name, value).with_changes(lpar=[], rpar=[]))
    return Fix(title, safety, (replace_expression(call.module, call.node, text),))


def _appended_on_its_line(call: Call, argument: str) -> str | None:
    """The text of a call with one more argument, where it is plain: importing libcst takes longer than the lint of many projects."""
    text, given = call.module.source.segment(call.node), [*call.node.args, *call.node.keywords]
    inside = text[:-1].rstrip(" ")
    if "\n" in text or not given or inside.endswith(",") or isinstance(given[0], ast.GeneratorExp):
        return None
    return f"{inside}, {argument}{text[len(inside) :]}"


def _appended(call: libcst.Call, name: str, value: str) -> libcst.Call:
    """The call with one more keyword argument, on a line of its own where the last one has one."""
    import libcst

    argument = libcst.Arg(
        keyword=libcst.Name(name), value=libcst.parse_expression(value),
        equal=libcst.AssignEqual(libcst.SimpleWhitespace(""), libcst.SimpleWhitespace("")),
    )  # fmt: skip
    if not call.args:
        return call.with_changes(args=[argument])
    last = call.args[-1]
    space: libcst.BaseParenthesizableWhitespace = libcst.SimpleWhitespace(" ")
    between = call.args[-2].comma if len(call.args) > 1 else None
    if isinstance(between, libcst.Comma) and isinstance(between.whitespace_after, libcst.ParenthesizedWhitespace):
        space = between.whitespace_after.with_changes(first_line=libcst.TrailingWhitespace())
    if isinstance(last.comma, libcst.Comma):  # a trailing comma moves behind the new argument, with the layout after it
        argument = argument.with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
        last = last.with_changes(comma=libcst.Comma(whitespace_after=space), whitespace_after_arg=libcst.SimpleWhitespace(""))
    else:
        argument = argument.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        last = last.with_changes(comma=libcst.Comma(whitespace_after=space), whitespace_after_arg=libcst.SimpleWhitespace(""))
    return call.with_changes(args=[*call.args[:-1], last, argument])


def wrapped_in(module: Module, node: ast.expr, function: str, *, title: str, safety: Safety) -> Fix:
    """A fix that puts a call around an expression: `os.listdir(p)` → `sorted(os.listdir(p))`."""
    text = module.source.segment(node)
    return Fix(title, safety, (replace_expression(module, node, f"{function}({text})"),))
