"""Logs of what a system showed people or did to them, and what came of it; and the words of those who left something to chance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mlsmith.index.scopes import last_word
from mlsmith.regex import regex
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

SHOWN = frozenset({"impression", "impressions", "impressed", "shown", "displayed", "exposed", "exposure", "exposures"})
TREATED = frozenset({*SHOWN, "treated", "recommended", "targeted", "contacted", "offered", "mailed"})
CLICKED = frozenset({"click", "clicks", "clicked"})
ANSWERED = frozenset({
    *CLICKED, "converted", "conversion", "conversions", "accepted", "purchased", "bought", "redeemed", "responded", "opened", "ordered", "booked",
})  # fmt: skip

_REMEDIES = (
    "propensit", "exploration", "explored", "explore_rate", "explore_share", "epsilon_greedy", "random_bucket", "randombucket", "holdback", "hold_back",
    "holdout_group", "control_group", "inverse_prob", "ips_weight", "bandit",
)  # fmt: skip
_CHANCE = (
    *_REMEDIES, "explore", "exploring", "epsilon-greedy", "eps_greedy", "eps-greedy", "thompson", "interleav", "debias", "position bias", "position_bias",
    "counterfactual", "off-policy", "off_policy", "holdout", "hold-out", "hold_out", "control group",
)  # fmt: skip
_AT_RANDOM = regex(
    r"random(?:i[sz]ed)?[-_ ](?:slot|bucket|traffic|share|position|impression|ranking|order)|shuffled[-_ ](?:slot|traffic|ranking)"
)
_YES = (1, True, "1", "yes", "true", "True", "y", "Y")
_NO = (0, False, "0", "no", "false", "False", "n", "N")
_COMPARING = {"eq": ast.Eq, "ne": ast.NotEq, "astype": None, "fillna": None, "cast": None}
_FILTERS = frozenset({"filter", "where", "loc"})
_LONGEST = 80
"""Letters of a column's name, or of the path of a log"""


def is_remedied(text: str) -> bool:
    """Whether a text, in lower case, surely speaks of exploration, of a propensity or of a group held back."""
    return any(word in text for word in _REMEDIES)


def leaves_to_chance(text: str) -> bool:
    """Whether a text, in lower case, may speak of anything that was shown, or held back, by chance."""
    if any(word in text for word in _CHANCE):
        return True
    return ("random" in text or "shuffled" in text) and _AT_RANDOM.search(text) is not None


def columns(module: Module, words: frozenset[str]) -> Iterator[tuple[str, ast.expr]]:
    """Strings and attributes of a file by which a column may be meant whose name has one of the words: `"was_clicked"`, `rows.clicked`."""
    for text in module.syntax.strings:
        name = text.value
        if isinstance(name, str) and len(name) <= _LONGEST and " " not in name and words.intersection(tokens(name)):
            yield name, text
    for node in module.attributes_spelt([word for word in module.syntax.attributes if words.intersection(tokens(word))]):
        yield node.attr, node


def choice_of(node: ast.expr) -> tuple[ast.expr | None, bool]:
    """The condition by which a column, as `columns` gives it, chooses rows, and whether it chooses those of which it holds; None where it
    chooses none.
    """
    value, positive = _column(node), True
    while value is not None:
        up: Any = value.up  # type: ignore[attr-defined]
        holds: bool | None = True
        if isinstance(up, ast.UnaryOp) and isinstance(up.op, (ast.Invert, ast.Not)):
            holds = False
        elif isinstance(up, ast.Compare) and up.left is value and len(up.ops) == 1:
            holds = _polarity(up.ops[0], up.comparators[0])
        elif isinstance(up, ast.Attribute) and up.attr in _COMPARING and isinstance(up.up, ast.Call):  # type: ignore[attr-defined]
            operator = _COMPARING[up.attr]
            up = up.up  # type: ignore[attr-defined]
            holds = operator is None or _polarity(operator(), up.args[0] if up.args else None)
        elif not (isinstance(up, ast.BinOp) and isinstance(up.op, ast.BitAnd)):
            return (value if _is_choice(value, up) else None), positive
        if holds is None:
            break
        value, positive = up, positive is holds
    return None, True


def _column(node: ast.expr) -> ast.expr | None:
    """The expression of a column that is named: `rows["shown"]`, `pl.col("shown")`, `rows.shown`."""
    if not isinstance(node, ast.Constant):
        return node
    up: Any = node.up  # type: ignore[attr-defined]
    is_one = (isinstance(up, ast.Subscript) and up.slice is node) or (isinstance(up, ast.Call) and last_word(up.func) == "col")
    return up if is_one else None


def _polarity(op: ast.cmpop, other: ast.expr | None) -> bool | None:
    """Whether a comparison holds for what is so (True), for what is not (False); None where it cannot be told."""
    value = other.value if isinstance(other, ast.Constant) else None
    if value is None:
        return None
    if isinstance(op, (ast.Eq, ast.Is)):
        return True if value in _YES else False if value in _NO else None
    if isinstance(op, (ast.NotEq, ast.IsNot)):
        return False if value in _YES else True if value in _NO else None
    if isinstance(op, (ast.Gt, ast.GtE)):
        return True if value in (0, 1, 0.5) else None
    return False if isinstance(op, (ast.Lt, ast.LtE)) else None


def _is_choice(value: ast.expr, up: ast.AST) -> bool:
    """Whether an expression stands where rows are chosen: `rows[…]`, `rows.loc[…, "x"]`, `rows.filter(…)`."""
    if isinstance(up, ast.Tuple) and up.elts and up.elts[0] is value:
        value, up = up, up.up  # type: ignore[attr-defined]
    if isinstance(up, ast.Subscript):
        return up.slice is value
    return isinstance(up, ast.Call) and value in up.args and last_word(up.func) in _FILTERS
