"""TRA102."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity

_OTHER_METRICS = regex(
    r"(?<![a-z])(f1|fscore|f_score|fbeta|auc|auroc|roc|pr_curve|recall|precision|confusion|classification_report|matthews|mcc|kappa|balanced_acc"
    r"|log_loss|iou|jaccard|dice|brier|gini|lift|map|sensitivity|top_?k|profit|gain|cost)(?![a-z])|roc_|_auc|confusion|classificationreport|min\([^)\n]*val_loss",
    re.I,
)
_RESAMPLERS = ("imblearn.over_sampling.", "imblearn.under_sampling.", "imblearn.combine.", "imblearn.ensemble.")
_ACCURACY = (
    "sklearn.metrics.accuracy_score",
    "tensorflow.keras.metrics.BinaryAccuracy",
    "torchmetrics.Accuracy",
    "keras.metrics.BinaryAccuracy",
)


class AccuracyOnImbalance(Rule):
    """Accuracy is the only metric, and the code says that the classes are unequal.

    ## What it finds
    A file that weighs or resamples classes (`class_weight=`, `pos_weight=`, `scale_pos_weight=`, `imblearn`), and measures accuracy
    (`accuracy_score`, keras `metrics=["accuracy"]`) and nothing else anywhere in it.

    ## Why it is debt
    With one case in a hundred, a model that never says yes is right in ninety-nine. Whoever reads the figure cannot tell it from a good
    one (Arpteg et al. 2018, limited transparency).

    ## Bad
    ```python
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score

    model = LogisticRegression(class_weight="balanced").fit(x_train, y_train)
    print(accuracy_score(y_test, model.predict(x_test)))  # finding: TRA102
    ```

    ## Good
    ```python
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score

    model = LogisticRegression(class_weight="balanced").fit(x_train, y_train)
    print(average_precision_score(y_test, model.predict_proba(x_test)[:, 1]))
    ```

    ## Fix
    None: which metric counts is for those who bear the errors.

    ## When it stays silent
    When the file names any metric that tells the classes apart, even in a comment; when weights come from a parameter. Words such as
    *fraud* or *churn* alone do not count as a sign of unequal classes.

    ## References
    scikit-learn user guide, balanced accuracy score.
    """

    code = "TRA102"
    severity = Severity.WARNING
    minutes = 20

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("sklearn", "keras", "tensorflow", "imblearn", "torchmetrics"):
            return
        text = module.source.text
        if "weight" not in text and "imblearn" not in text:
            return
        measured = [call for call in _measures(module) if call.function is None or not call.function.node.name.startswith("test_")]
        sign = _sign(module) if measured and not _OTHER_METRICS.search(text) else ""
        if sign:
            yield self.finding(
                measured[0], f"accuracy is the only metric, and `{sign}` says that the classes are unequal",
                advice="add a metric that sees the rare class: average precision, recall at a fixed precision, balanced accuracy",
            )  # fmt: skip


def _measures(module: Module) -> Iterator[Call]:
    yield from module.calls_to(*_ACCURACY)
    for call in module.method_calls("compile"):
        asked = call.argument("metrics").value
        if (
            isinstance(asked, (list, tuple))
            and asked
            and all(str(metric).lower() in ("accuracy", "acc", "binary_accuracy") for metric in asked)
        ):
            yield call


def _sign(module: Module) -> str:
    """What says that the classes are unequal: a weight other than none, or a resampler."""
    for call in module.calls_under(*_RESAMPLERS):
        return call.method
    for call in module.calls:
        for keyword in call.node.keywords:
            if keyword.arg in ("class_weight", "pos_weight", "scale_pos_weight") and not _is_neutral(module, keyword.value):
                return f"{keyword.arg}={ast.unparse(keyword.value)[:30]}"
    return ""


def _is_neutral(module: Module, node: ast.expr) -> bool:
    """No weight, or one that the caller decides about."""
    if module.constant(node) in (None, 1, 1.0):
        return True
    return isinstance(node, ast.Name) and any(binding.kind == "parameter" for binding in module.resolver.reaching(node))
