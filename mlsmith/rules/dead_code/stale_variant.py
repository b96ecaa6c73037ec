"""DEX108."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from mlsmith.rules.kit import Context, Finding, Module, Project, Rule, Severity, last_word, tokens
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.flags import PAST
from mlsmith.rules.kit.origins import is_borrowed, is_lesson

_VARIANTS = PAST | {
    "variant", "variants", "treatment", "ab", "abtest", "arm", "bucket", "cohort", "canary", "champion", "challenger", "rollout", "shadow", "alternative",
    "baseline",
}  # fmt: skip
"""Words of switches between two ways of doing a thing that were meant to be compared, or of which one is there in case the other fails"""
_NEWER = frozenset({"new", "v2", "v3", "improved", "optimized", "optimised"})
_CHOOSING = frozenset({"use", "enable", "enabled", "try", "with", "is", "disable"})
"""With these, a word of the newer way names such a switch as well"""
_DAY = 86_400


class StaleVariant(Rule):
    """One side of a switch between two variants has been worked on again and again, and the other was left alone.

    ## What it finds
    An `if` with an `else` on a flag that names a variant or a fallback (`variant == "b"`, `use_legacy_features`, `fallback`), one branch of which no
    commit has changed for 90 days and more, while commits changed the other at least five times since. Asked of git; without a history: nothing.

    ## Why it is debt
    The two are compared, or one is to stand in for the other, and they have drifted apart: what is compared is no longer the same thing but for
    one difference, and the fallback has missed five mendings (Sculley et al. 2015, dead experimental code paths).

    ## Bad
    ```python
    # the example needs a history and stands in the tests
    def rank(items, variant):
        if variant == "b":
            return by_popularity(items)
        else:
            return by_score(clip(calibrate(items), 0.01), limit=50)
    ```

    ## Good
    ```python
    def rank(items):
        return by_score(clip(calibrate(items), 0.01), limit=50)
    ```

    ## Fix
    None: which variant stays is for people to say; `mlsmith prune FLAG=VALUE` then takes the other out where it can be proven that nothing else
    changes.

    ## When it stays silent
    For flags whose names say nothing of variants, tests for `None`, chains of `elif`, branches that only raise, warn or pass; in tests, examples,
    lessons, notebooks, and files that came from elsewhere; where the file has changes that are not committed, and in clones without the whole
    history. What moves to another file begins anew.

    Off by default: in the histories of 479 repositories 343 switches have such a name, and the rule finds three. One held, a `legacy_dataset` that
    missed ten changes; a branch for services of an older version was complete, and the `else` of a chain is silent since. That is too little to
    judge on.

    ## Options
    `days = 180` and `changes = 10` ask for more of both; 90 and 5 by default.

    ## References
    Sculley et al. 2015, section 7; Kohavi, Tang and Xu 2020, Trustworthy online controlled experiments, on ending experiments.
    """

    code = "DEX108"
    severity = Severity.WARNING
    minutes = 30
    default_on = False
    needs_history = True
    speaks_in_examples = False
    options = {"days": 90, "changes": 5}  # noqa: RUF012

    def collect(self, module: Module) -> Any:
        if module.notebook is not None or module.context is not Context.CODE:
            return None
        found = []
        ifs = [node for node in module.syntax.branches if isinstance(node, ast.If) and node.orelse]
        further = {id(node.orelse[0]) for node in ifs if _goes_on(node)}  # what comes before says what the `else` is
        for node in ifs:
            if id(node) not in further and _has_two_sides(node) and (flag := _flag(node.test)):
                found.append((flag, tuple(where(module, node)), _lines(node.body), _lines(node.orelse)))
        return tuple(found) if found and not is_lesson(module.path) and not is_borrowed(module) else None

    def project(self, project: Project) -> Iterator[Finding]:
        if project.history is None:
            return
        for path, switches in project.collected(self):
            for flag, seen, body, orelse in switches:
                changes = [project.history.changes_of_lines(path, *body)]
                if not changes[0] or (not self._is_old(changes[0]) and len(changes[0]) < self.option["changes"]):
                    continue  # It can be neither the stale side nor the other: git need not be asked again.
                changes.append(project.history.changes_of_lines(path, *orelse))
                for stale, other, left in ((0, 1, "the branch under"), (1, 0, "the `else` of")):
                    since = self._stale_since(changes[stale], changes[other])
                    if since is None:
                        continue
                    days, later = since
                    yield self.finding(
                        place_from(path, project, seen),
                        f"{left} `{flag}` has not been changed for {days} days, in which {later} commits changed the other one",
                        advice="end the comparison, and delete the side that lost; or bring it up to date, and let a test run both",
                    )  # fmt: skip

    def _stale_since(self, stale: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, int] | None:
        """(days without a change, changes of the other branch in them) where both are many."""
        if not stale or not self._is_old(stale):
            return None
        later = sum(age < stale[0] for age in other)
        return (stale[0] // _DAY, later) if later >= self.option["changes"] else None

    def _is_old(self, changes: tuple[int, ...]) -> bool:
        return bool(changes[0] >= self.option["days"] * _DAY)


def _has_two_sides(node: ast.If) -> bool:
    """Whether both branches do something, and the other one is no further choice of a chain."""
    return not _goes_on(node) and not _is_idle(node.body) and not _is_idle(node.orelse)


def _goes_on(node: ast.If) -> bool:
    """Whether an `else` is no more than a further choice; one that begins with an `if` does more after it."""
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def _is_idle(statements: list[ast.stmt]) -> bool:
    """Whether a branch raises, or does no more than to warn or pass."""
    return isinstance(statements[-1], ast.Raise) or all(isinstance(s, ast.Pass) or _speaks(s) for s in statements)


def _speaks(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and last_word(call.func) in ("print", "warn", "warning", "info", "debug", "error")


def _lines(statements: list[ast.stmt]) -> tuple[int, int]:
    last = statements[-1]
    return statements[0].lineno, last.end_lineno or last.lineno


def _flag(test: ast.expr) -> str:
    """The flag that alone decides a condition, as the code spells it, where its name or the value asked for speaks of variants; else empty."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    asked = ""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        operand = test.comparators[0]
        if not isinstance(operand, ast.Constant) or operand.value is None:
            return ""
        asked, test = str(operand.value), test.left
    words = _words(_name(test)) | _words(asked)
    speaks = words & _VARIANTS or (words & _NEWER and words & _CHOOSING)
    return ast.unparse(test) if speaks and _name(test) else ""


def _words(name: str) -> set[str]:
    """The words of a name, a letter and its number together: `use_v2` → `use`, `v2`."""
    parts = tokens(name.lower())
    return {*parts, *(one + other for one, other in pairwise(parts) if other.isdigit())}


def _name(node: ast.expr) -> str:
    """The name of a flag: a name, an attribute, or the key under which it is read."""
    if isinstance(node, ast.Subscript):
        return _key(node.slice)
    if isinstance(node, ast.Call):
        return _key(node.args[0]) if node.args and last_word(node.func) in ("get", "getenv", "is_enabled", "get_bool") else ""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _key(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
