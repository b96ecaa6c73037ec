"""TST108."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Function, Module, Rule, Severity, tokens

_WORK = frozenset({"fit", "fit_transform", "train", "predict", "predict_proba", "forward", "train_model", "run_training", "training_step"})
_CHECKING = frozenset({
    "assert", "check", "verify", "compare", "expect", "validate", "raises", "warns", "fail", "snapshot", "matches",
    "ensure", "is",
})  # fmt: skip

_SMOKE = frozenset({"smoke", "crash", "crashes", "works", "runs", "break", "raise", "raises", "fail", "exception", "exceptions"})
"""Words by which a name, a docstring or a comment says that to come to an end is all that is asked"""


class VacuousModelTest(Rule):
    """A test of a model that cannot fail by what the model does.

    ## What it finds
    A test function that fits, trains or predicts and asserts nothing, or only that something is not None.

    ## Why it is debt
    It is counted as a test and shows that nothing crashed. Labels can be shuffled, the loss can have the wrong sign, and it stays green
    (Arpteg et al. 2018, testing).

    ## Bad
    ```python test_model.py
    from shop.model import Model


    def test_model_predicts(rows, labels):  # finding: TST108
        model = Model().fit(rows, labels)
        predictions = model.predict(rows)
        assert predictions is not None
    ```

    ## Good
    ```python test_model.py
    from shop.model import Model


    def test_model_predicts(rows, labels):
        model = Model().fit(rows, labels)
        assert (model.predict(rows) == labels).mean() > 0.9
    ```

    ## Fix
    None: what the model owes its users is for people to say.

    ## When it stays silent
    When anything else is asserted, an exception is expected, or a function is called whose name says that it checks; for functions that
    others of the file call, for tests that call themselves smoke tests, by name, docstring or comment, and those marked as slow, benchmarks
    or expected to fail; in files that read a command line or define pipeline components, which test a model but are no tests; outside test
    code. Off by default: of twenty findings on repositories that it had not seen, seven were defended. The others guard against a crash
    that once happened, which is a test too, and the code does not tell which is which.

    ## References
    Breck et al. 2017, The ML test score: tests for model development.
    """

    code = "TST108"
    severity = Severity.WARNING
    minutes = 15
    speaks_in_tests = True
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.is_test or module.imports("argparse", "click", "typer", "kfp"):
            return
        for function in module.functions:
            if not _is_test(function):
                continue
            worked = [call for call in function.calls if call.method in _WORK and call.receiver is not None and _is_model(call)]
            if (
                not worked
                or any(call.function is not None for call in module.callers(function))
                or _asserts(function)
                or any(_checks(call) for call in function.calls)
            ):
                continue
            yield self.finding(
                function, f"`{function.node.name}` calls `{worked[-1].method}` and asserts nothing about the outcome",
                advice="assert what a broken model would get wrong: a score on easy data, an invariance, a loss that goes down",
            )  # fmt: skip


def _is_test(function: Function) -> bool:
    name = function.node.name
    marks = " ".join(function.decorators)
    return (
        name.startswith("test")
        and not _SMOKE & set(tokens(name))
        and not _SMOKE & set(tokens(ast.get_docstring(function.node) or ""))
        and not _SMOKE & set(tokens(_comments(function)))
        and not any(word in marks for word in ("xfail", "skip", "benchmark", "raises", "parametrize_with"))
    )


def _comments(function: Function) -> str:
    node = function.node
    lines = function.module.source.lines[node.lineno - 1 : node.end_lineno]
    return " ".join(line.partition("#")[2] for line in lines if "#" in line)


def _is_model(call: Call) -> bool:
    """Not `subprocess.run` and the like: what works is an object, not a module."""
    receiver = call.receiver
    if call.method == "train" and not call.node.args and not call.node.keywords:
        return False  # sets a mode
    if any(name.startswith(("subprocess.", "os.", "unittest.")) for name in call.names):
        return False
    return not (isinstance(receiver, ast.Name) and receiver.id in ("runner", "client", "cli"))


def _asserts(function: Function) -> bool:
    """Whether there is an assertion that says more than that something is there, or anything else that can fail on purpose."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Assert) and not _is_presence(node.test):
            return True
        if isinstance(node, (ast.Raise, ast.Yield)):
            return True
    return False


def _is_presence(test: ast.expr) -> bool:
    """`x is not None`, `True`."""
    if isinstance(test, ast.Constant):
        return True
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.IsNot) and isinstance(test.comparators[0], ast.Constant)


def _checks(call: Call) -> bool:
    return bool(_CHECKING & set(tokens(call.method))) or call.method.startswith("assert")
