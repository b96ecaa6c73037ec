"""TST102."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Role, Rule, Severity
from mlsmith.rules.kit.knowledge import sklearn


class FitOnEvaluationData(Rule):
    """A transformer that was fitted on training data is fitted again on the test data.

    ## What it finds
    `fit_transform` or `fit` of a scikit-learn transformer on data named for validation or test, where the same object is fitted on
    training data in the same function.

    ## Why it is debt
    The test rows are scaled, filled or encoded by other numbers than the training rows, so the score belongs to no model that could be
    deployed; nothing fails (Arpteg et al. 2018, testing).

    ## Bad
    ```python
    from sklearn.preprocessing import StandardScaler

    def scale(X_train, X_test):
        scaler = StandardScaler()
        return scaler.fit_transform(X_train), scaler.fit_transform(X_test)  # finding: TST102
    ```

    ## Good
    ```python
    from sklearn.preprocessing import StandardScaler

    def scale(X_train, X_test):
        scaler = StandardScaler()
        return scaler.fit_transform(X_train), scaler.transform(X_test)
    ```

    ## Fix
    None: the model's score changes with it, and where the training fit stands elsewhere the order has to be looked at.

    ## When it stays silent
    When no fit of the same object on training data is in sight; for separate objects; for transformers that learn nothing; for data
    whose name speaks of no role, or of two.

    ## References
    scikit-learn user guide, common pitfalls: inconsistent preprocessing.
    """

    code = "TST102"
    severity = Severity.ERROR
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("sklearn"):
            return
        fits = [call for call in module.method_calls("fit", "fit_transform") if _learner(call)]
        for call in fits:
            first = next(
                (other for other in fits if _is_same_object(other, call) and other.order < call.order and _role(other) is Role.TRAIN), None
            )
            if first is not None and (_role(call) or Role.TRAIN).evaluates:
                yield self.finding(
                    call, f"`{_learner(call)}` was fitted on `{_data(first)}` and learns anew from `{_data(call)}`",
                    advice="call `transform` here: the evaluation data must go through what the training data taught",
                )  # fmt: skip


def _learner(call: Call) -> str:
    for name in call.names:
        owner = name.rpartition(".")[0]
        made = owner.removesuffix("()")
        if owner.endswith("()") and made.startswith(sklearn.TRANSFORMERS) and not made.endswith(sklearn.LEARNS_NOTHING):
            return made.rpartition(".")[2]
    return ""


def _is_same_object(one: Call, other: Call) -> bool:
    """One name, of one and the same construction, in one function."""
    if one.receiver is None or other.receiver is None or isinstance(one.receiver, ast.Call) or one.function is not other.function:
        return False
    values = one.module.resolver.values
    return ast.dump(one.receiver) == ast.dump(other.receiver) and values(one.receiver) == values(other.receiver)


def _data(call: Call) -> str:
    return call.module.source.segment(call.node.args[0]) if call.node.args else ""


def _role(call: Call) -> Role | None:
    """The role that the data's own name speaks of."""
    node: ast.AST | None = call.node.args[0] if call.node.args else None
    while isinstance(node, (ast.Subscript, ast.Attribute)) or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        node = node.func.value if isinstance(node, ast.Call) else node.value  # type: ignore[attr-defined]
    return call.module.role_of(node.id) if isinstance(node, ast.Name) else None
