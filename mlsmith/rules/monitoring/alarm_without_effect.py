"""MON104."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, statement_of, tokens

_DRIFT = frozenset({"drift", "psi", "drifted"})
_TESTS = ("scipy.stats.ks_2samp", "scipy.stats.chisquare", "scipy.stats.wasserstein_distance", "scipy.stats.anderson_ksamp",
          "scipy.spatial.distance.jensenshannon")  # fmt: skip
_MONITORS = ("evidently.", "alibi_detect.", "nannyml.", "frouros.", "river.drift.")


class AlarmWithoutEffect(Rule):
    """A drift check runs, and nothing depends on its answer.

    ## What it finds
    The result of a drift check (a function named for it, a detector's `predict`, a two-sample test in a file about drift) that is thrown away, or
    compared only to print something.

    ## Why it is debt
    It is believed that drift is watched. It is computed, and whoever could act is not told (Arpteg et al. 2018, monitoring and logging).

    ## Bad
    ```python drift.py
    from scipy.stats import ks_2samp


    def check(reference, current):
        drift = ks_2samp(reference, current).pvalue
        if drift < 0.01:  # finding: MON104
            print("drift!")
    ```

    ## Good
    ```python drift.py
    from scipy.stats import ks_2samp


    def check(reference, current):
        drift = ks_2samp(reference, current).pvalue
        if drift < 0.01:
            raise DriftError(drift)
    ```

    ## Fix
    None: who must hear the alarm is not in the code.

    ## When it stays silent
    When the result is returned, stored, sent, asserted or raised; in notebooks, tests and examples, where people look themselves. Off by
    default: the four findings that real repositories gave were false; the rule was mended after each and has been silent on all since.

    ## References
    Breck et al. 2017, The ML test score: monitoring tests.
    """

    code = "MON104"
    severity = Severity.WARNING
    minutes = 20
    default_on = False
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if module.notebook is not None or not ("drift" in module.source.text or "psi" in module.source.text):
            return
        for call in module.calls:
            if _is_test(call) and "check" not in tokens(call.method) and _is_thrown_away(call):
                yield self.finding(
                    call, "the result of this drift check is thrown away", advice="alarm, stop or store by it, and test the alarm both ways"
                )  # fmt: skip
        for node in module.syntax.branches:
            if (
                isinstance(node, ast.If)
                and _about_drift(module, node.test)
                and _only_prints(node.body)
                and not node.orelse
                and _is_used_only_here(module, node)
            ):
                yield self.finding(
                    module.at(node.test), "drift is found and only printed", advice="raise, send or store an alarm, and test it both ways"
                )  # fmt: skip


def _is_test(call: Call) -> bool:
    return any(name.startswith((*_TESTS, *_MONITORS)) for name in call.names)


def _is_thrown_away(call: Call) -> bool:
    """Whether the answer goes nowhere: neither taken, nor kept by an object that is looked at elsewhere (`report.run(…); report.as_dict()`)."""
    statement = statement_of(call.node)
    if not isinstance(statement, ast.Expr) or statement.value is not call.node:
        return False
    return call.method == "predict" or any(name.startswith(_TESTS) for name in call.names)


def _checks(call: Call) -> bool:
    return _is_test(call) or bool(_DRIFT & set(tokens(call.method)))


def _about_drift(module: Module, test: ast.expr) -> bool:
    """A comparison of, or a flag that is, the result of a drift check."""
    named = [part for part in ast.walk(test) if isinstance(part, ast.Name)]
    for name in named:
        calls = [module.call(value) for value in module.resolver.values(name)]
        traced = any(call is not None and _checks(call) for call in calls)
        if _DRIFT & set(tokens(name.id)) and (
            traced or any(name.id == b.name and b.kind == "assign" for b in module.resolver.reaching(name))
        ):
            return True
    return False


def _only_prints(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == "print"
        for statement in body
    )


def _is_used_only_here(module: Module, node: ast.If) -> bool:
    """Whether the names of the test are read nowhere else, nor returned."""
    names = {part.id for part in ast.walk(node.test) if isinstance(part, ast.Name) and _DRIFT & set(tokens(part.id))}
    inside = {id(part) for part in ast.walk(node)}
    return not any(isinstance(name.ctx, ast.Load) and id(name) not in inside for name in module.names_spelt(names))
