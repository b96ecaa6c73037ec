"""Commas, comments and blank lines around what is taken away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

import libcst as cst

from mlsmith.regex import regex

Item = TypeVar("Item", cst.Arg, cst.Param, cst.ImportAlias)
_PRAGMA = regex(r"#\s*(noqa|type:|pragma|pylint|mypy|pyright|ruff|mlsmith|fmt:|yapf|isort|nosec)", re.I)


def without(items: Sequence[Item], gone: Sequence[bool]) -> list[Item]:
    """The items that stay, with commas between them and the end laid out as it was."""
    kept = [item for item, goes in zip(items, gone, strict=True) if not goes]
    if kept and gone[-1]:
        kept[-1] = closing(kept[-1], items[-1])
    return kept


def closing(item: Item, last: Item) -> Item:
    """An item that has become the last one, ending as the last one did."""
    own = item.comma.whitespace_after if isinstance(item.comma, cst.Comma) else cst.SimpleWhitespace("")
    attribute = "whitespace_after_param" if isinstance(item, cst.Param) else "whitespace_after_arg" if isinstance(item, cst.Arg) else ""
    if isinstance(last.comma, cst.Comma):
        ending: Any = _with_comment_of(own, last.comma.whitespace_after)
        return item.with_changes(comma=last.comma.with_changes(whitespace_after=ending))
    if not attribute:
        return item.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    ending = _with_comment_of(own, getattr(last, attribute))
    return item.with_changes(**{"comma": cst.MaybeSentinel.DEFAULT, attribute: ending})


def _with_comment_of(own: cst.BaseParenthesizableWhitespace, last: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    """The end of a list, with the comment that stood behind the item before it."""
    if not isinstance(own, cst.ParenthesizedWhitespace) or own.first_line.comment is None:
        if isinstance(last, cst.ParenthesizedWhitespace):
            return last.with_changes(first_line=last.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace("")))
        return last
    if isinstance(last, cst.ParenthesizedWhitespace):
        return last.with_changes(first_line=own.first_line)
    return own


def remarks(header: cst.TrailingWhitespace | None) -> list[cst.EmptyLine]:
    """What was said behind a condition that goes, as a line of its own; remarks for tools go with it."""
    if header is None or header.comment is None or _PRAGMA.match(header.comment.value):
        return []
    return [cst.EmptyLine(comment=header.comment, newline=header.newline)]


def detached(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Of the lines before a statement that goes: those that do not speak of it, being set off by a blank one."""
    kept = list(lines)
    while kept and kept[-1].comment is not None:
        kept.pop()
    return kept


def joined(first: Sequence[cst.EmptyLine], second: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Lines left over from what is gone, before those of what follows: where both begin or end blank, once."""
    left = list(first)
    if all(line.comment is None for line in left):
        blank = sum(1 for line in left)
        own = next((number for number, line in enumerate(second) if line.comment is not None), len(second))
        return [*left[: max(0, blank - own)], *second]
    if left[-1].comment is None and second and second[0].comment is None:
        left.pop()
    return [*left, *second]


def statements_of(body: cst.BaseSuite) -> tuple[list[cst.BaseStatement], list[cst.EmptyLine], cst.TrailingWhitespace | None]:
    """The statements of a body, the comments at its end, and what stands behind its colon."""
    if isinstance(body, cst.IndentedBlock):
        return [s for s in body.body if isinstance(s, cst.BaseStatement)], list(body.footer), body.header
    assert isinstance(body, cst.SimpleStatementSuite)
    return [cst.SimpleStatementLine(body.body, trailing_whitespace=body.trailing_whitespace)], [], None


def is_pass(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(isinstance(small, cst.Pass) for small in statement.body)
