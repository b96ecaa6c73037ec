"""FBL104."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Role, Rule, Severity, tokens

_JOINS = frozenset({"concat", "concatenate", "append", "vstack", "hstack", "cat", "extend"})
_PREDICTING = frozenset({"predict", "predict_classes"})
_LABELS = frozenset({"y", "label", "labels", "target", "targets"})


class PseudoLabelUnmarked(Rule):
    """Predictions are put among the labels, and nothing tells them from real ones.

    ## What it finds
    What `predict` of a model gave, joined (`concat`, `np.concatenate`, `vstack`) with training labels, in a function that gives these rows neither
    a weight nor a mark.

    ## Why it is debt
    The model learns from its own answers and grows sure of its mistakes; later nobody can take them out again, since they look like
    everything else (Arpteg et al. 2018, unintended feedback loops).

    ## Bad
    ```python
    import numpy as np

    guessed = model.predict(unlabelled)
    x_train = np.concatenate([x_train, unlabelled])
    y_train = np.concatenate([y_train, guessed])  # finding: FBL104
    model.fit(x_train, y_train)
    ```

    ## Good
    ```python
    import numpy as np

    guessed = model.predict(unlabelled)
    weight = np.concatenate([np.ones(len(y_train)), np.full(len(guessed), 0.3)])
    x_train = np.concatenate([x_train, unlabelled])
    y_train = np.concatenate([y_train, guessed])
    model.fit(x_train, y_train, sample_weight=weight)
    ```

    ## Fix
    None: how much a guess weighs against a label is a decision.

    ## When it stays silent
    When the fit gets weights, when a column or name marks the rows (`is_pseudo`, `source`); for stacking, where predictions are features; for
    labels of evaluation.

    ## References
    Lee 2013, Pseudo-label; Arpteg et al. 2018, section on feedback loops.
    """

    code = "FBL104"
    severity = Severity.WARNING
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if not any(True for _ in module.method_calls(*_PREDICTING)):
            return
        for call in module.method_calls(*_JOINS):
            if (
                call.target_names
                and _is_label(module, call.target_names[0])
                and _joins_prediction(module, call)
                and not _is_marked(module, call)
            ):
                yield self.finding(
                    call, f"`{call.target_names[0]}` mixes predictions with labels, and nothing marks which are which",
                    advice="keep a column that says where a label came from, and give predicted ones a weight",
                )  # fmt: skip


def _is_label(module: Module, name: str) -> bool:
    words = tokens(name)
    roles = module.roles_of(name)
    return (
        bool(_LABELS & set(words))
        and not {"pred", "preds", "predicted", "prediction", "predictions", "proba", "prob", "score", "true"} & set(words)
        and not (roles and Role.TRAIN not in roles)
    )


def _joins_prediction(module: Module, call: Call) -> bool:
    """Whether one part is exactly a prediction, and another one labels."""
    parts = call.node.args[0].elts if call.node.args and isinstance(call.node.args[0], (ast.List, ast.Tuple)) else []
    predicted = [part for part in parts if _is_prediction(module, part)]
    labels = [part for part in parts if isinstance(part, ast.Name) and _is_label(module, part.id)]
    return bool(predicted) and bool(labels)


def _is_prediction(module: Module, node: ast.expr) -> bool:
    for value in module.resolver.values(node):
        call = module.call(value)
        if call is not None and call.method in _PREDICTING and call.receiver is not None:
            return True
    return False


def _is_marked(module: Module, call: Call) -> bool:
    around = call.function.calls if call.function is not None else module.calls
    if any(keyword.arg in ("sample_weight", "weight") for each in around for keyword in each.node.keywords):
        return True
    return any(word in module.source.text for word in ("is_pseudo", "pseudo_mask", "is_labelled", "is_labeled", "label_source"))
