"""TRA103."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Confidence, Finding, Module, Rule, Severity, last_word, metrics, scope_of, tokens

_CLASSIFIERS = ("LogisticRegression", "SVC", "NB", "Perceptron", "LogisticRegressionCV")
_PREDICTED = frozenset({"pred", "preds", "predict", "predicted", "prediction", "predictions", "yhat", "yhats", "hat", "ypred", "forecast"})
_TRUE = frozenset(
    {"true", "truth", "test", "gt", "actual", "actuals", "labels", "label", "target", "targets", "ytest", "ytrue", "val", "valid", "train"}
)

_LOGGING = frozenset({"log", "log_dict", "log_metrics", "log_metric", "add_scalar", "add_scalars", "scalar"})
_STEPS = {"training_step": True, "validation_step": False, "test_step": False, "validation_epoch_end": False, "test_epoch_end": False}
"""Methods of Lightning → whether they see training data"""
_CLAUSES = regex(r"[,;|\n(]")
_PART = regex(r"(?<![A-Za-z])(train|training|val|valid|validation|test|testing|eval)(?![A-Za-z])", re.I)


class MislabelledMetric(Rule):
    """A figure is reported under the name of another metric.

    ## What it finds
    With the metrics of scikit-learn: a result kept or printed under another metric's name (`rmse = mean_squared_error(…)` whose root
    nobody takes); prediction and truth that changed places in a metric that is not symmetric (`recall_score(y_pred, y_test)`,
    `r2_score(pred, y)`), and for information in F1 and Jaccard, whose value stays the same unless classes are weighted;
    `roc_auc_score` and its like on the labels that a classifier's `predict` gives. With any library: a value named for training that is
    printed or logged as the validation's or the test's, or the reverse; in Lightning, a value that `validation_step` logs as training's.

    ## Why it is debt
    Decisions are taken by the name. Precision and recall trade places, R² is of another denominator, and an area under the curve of
    one threshold is no ranking; nobody sees it in the number (Arpteg et al. 2018, limited transparency).

    ## Bad
    ```python
    from sklearn.metrics import mean_squared_error

    rmse = mean_squared_error(y_test, model.predict(x_test))  # finding: TRA103
    ```

    ## Good
    ```python
    from sklearn.metrics import root_mean_squared_error

    rmse = root_mean_squared_error(y_test, model.predict(x_test))
    ```

    ## Fix
    None: the name may be wrong, or the figure; only the author knows which was meant.

    ## When it stays silent
    When the name speaks of no metric or of several; when the root is taken later; when it is not sure which argument is the truth; when the
    file takes the same metric of scores too; when the model is not known to be a classifier, as `predict` of keras and of boosters gives
    probabilities. Validation and test are taken for each other in names too often to tell them apart.

    ## References
    scikit-learn user guide, metrics and scoring.
    """

    code = "TRA103"
    severity = Severity.WARNING
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        yield from self._other_part(module)
        if not module.imports("sklearn"):
            return
        for call in module.calls_under("sklearn.metrics."):
            name = call.method
            yield from self._misnamed(module, call, name)
            truth, predicted = call.argument("y_true", 0).node, call.argument("y_pred", 1).node or call.argument("y_score", 1).node
            if truth is None or predicted is None:
                continue
            if name in metrics.ORDERED and _is_prediction(module, truth) and _is_truth(module, predicted):
                average = call.argument("average")
                harmless = name in metrics.SYMMETRIC and (average.absent or average.value in (None, "binary", "macro", "micro"))
                yield self.finding(
                    call, f"`{call.method}` takes the truth first and the prediction second; here `{ast.unparse(truth)[:40]}` comes first"
                    + (": the value is the same, that of the next metric written like it is not" if harmless else ""),
                    severity=Severity.INFO if harmless else None,
                    advice=f"write `{call.method}({ast.unparse(predicted)[:40]}, {ast.unparse(truth)[:40]})`",
                )  # fmt: skip
            elif name in metrics.SCORED and _is_labels(module, predicted) and not _is_compared(module, name):
                yield self.finding(
                    call, f"`{name}` ranks by a score, but gets the labels that `predict` gives: one threshold instead of all",
                    advice="give it `predict_proba(…)[:, 1]` or `decision_function(…)`",
                )  # fmt: skip

    def _other_part(self, module: Module) -> Iterator[Finding]:
        """`f"train accuracy: {valid_accuracy}"`, `{"val/loss": train_loss}`."""
        for call in module.method_calls("log", "log_dict"):
            step = call.function.node.name if call.function is not None and call.function.owner is not None else ""
            for key in _keys(call) if step in _STEPS else ():
                if _parts(str(key.value)) == {not _STEPS[step]}:
                    yield self.finding(
                        module.at(key), f"`{key.value!s}` is logged in `{step}`",
                        advice="name it for the part of the data that this step sees", confidence=Confidence.MEDIUM,
                    )  # fmt: skip
        for said, value in _labelled(module):
            name = _last_name(value)
            words = tokens(name)
            label, own = _parts(said), _parts(" ".join(words[:-1] if words[-1:] == ("val",) else words))  # `loss_val`: a value
            if len(label) != 1 or len(own) != 1 or label == own or ("loss" not in tokens(name) and not metrics.metrics_named(name)):
                continue
            yield self.finding(
                module.at(value), f"`{name}` is reported as `{said.strip()[-40:]}`: of another part of the data than it is named for",
                advice="report the value of the part that is named, or name the part that it is of", confidence=Confidence.MEDIUM,
            )  # fmt: skip

    def _misnamed(self, module: Module, call: Call, name: str) -> Iterator[Finding]:
        metric = metrics.METRICS.get(name)
        if metric is None:
            return
        if name == "mean_squared_error" and call.argument("squared").value is False:
            metric = "rmse"
        kept, said = _reported_as(call)
        named = metrics.metrics_named(said)
        if len(named) != 1 or metric in named:
            return
        if {metric, *named} == {"mse", "rmse"} and kept is not None and _is_rooted(module, kept):
            return
        yield self.finding(
            call, f"`{said.strip()[:40]}` is the name of {next(iter(named))}, and `{name}` gives {metric}",
            advice="take the root: `root_mean_squared_error`" if named == {"rmse"} else "name it for what it is, or compute what it is named for",
            confidence=Confidence.HIGH if kept is not None else Confidence.MEDIUM,
        )  # fmt: skip


def _parts(text: str) -> set[bool]:
    """Of the parts of data that a text names, whether each is the training's."""
    return {part.lower().startswith("train") for part in _PART.findall(text)}


def _keys(call: Call) -> Iterator[ast.Constant]:
    """The texts under which `log` and `log_dict` keep something."""
    given = call.node.args[0] if call.node.args else None
    for key in given.keys if isinstance(given, ast.Dict) else [given]:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key


def _labelled(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Values with the words under which they are printed or logged."""
    for call in module.calls_spelt(*_LOGGING, "print", "info"):
        if call.method in _LOGGING:
            for label, value in zip(call.node.args, call.node.args[1:], strict=False):
                if _is_text(label):
                    yield label.value, _bare(value)  # type: ignore[attr-defined]
            for given in call.node.args[:1]:
                if isinstance(given, ast.Dict):
                    yield from ((key.value, _bare(value)) for key, value in zip(given.keys, given.values, strict=True) if _is_text(key))  # type: ignore[union-attr]
        elif call.node.args:
            yield from _formatted(call.node.args[0])


def _formatted(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The values of a formatted string, each with the text since the last one, where it ends as a label does."""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    for before, part in pairwise(parts):
        if isinstance(part, ast.FormattedValue) and isinstance(before, ast.Constant) and str(before.value).rstrip().endswith((":", "=")):
            yield _CLAUSES.split(str(before.value))[-1], _bare(part.value)


def _bare(node: ast.expr) -> ast.expr:
    """Without `.item()` and rounding."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("item", "mean", "cpu", "detach"):
        node = node.func.value
    return node


def _reported_as(call: Call) -> tuple[ast.Name | None, str]:
    """The name that takes exactly the result of the call, or the text printed just before it."""
    up: ast.AST = call.node.up  # type: ignore[attr-defined]
    if isinstance(up, ast.Assign) and len(up.targets) == 1:
        target = up.targets[0]
        if isinstance(target, ast.Name):
            return target, target.id
        return None, target.slice.value if isinstance(target, ast.Subscript) and _is_text(target.slice) else ""  # type: ignore[attr-defined]
    if isinstance(up, ast.Dict):
        keys = [key for key, value in zip(up.keys, up.values, strict=True) if value is call.node]
        return None, keys[0].value if keys and _is_text(keys[0]) else ""  # type: ignore[union-attr]
    before: ast.expr | None = None
    if isinstance(up, ast.FormattedValue):
        parts = up.up.values  # type: ignore[attr-defined]
        before = parts[parts.index(up) - 1] if parts.index(up) else None
    elif isinstance(up, ast.Call) and isinstance(up.func, ast.Name) and up.func.id == "print" and call.node in up.args:
        before = up.args[up.args.index(call.node) - 1] if up.args.index(call.node) else None
    return None, before.value if _is_text(before) else ""  # type: ignore[union-attr]


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_rooted(module: Module, kept: ast.Name) -> bool:
    """Whether the name is raised to a power, or given to a root, anywhere in its scope."""
    scope = scope_of(kept)
    for name in module.names_spelt({kept.id}):
        if isinstance(name.ctx, ast.Load) and scope_of(name) is scope:
            node: ast.AST = name
            while not isinstance(node, ast.stmt):
                node = node.up  # type: ignore[attr-defined]
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
                    return True
                if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("sqrt", "root"):
                    return True
    return False


def _is_prediction(module: Module, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("predict", "predict_proba")
    words = set(tokens(_last_name(node)))
    return bool(words & _PREDICTED) and not words & {"true", "truth", "gt", "actual"}


def _is_truth(module: Module, node: ast.expr) -> bool:
    """Named as a truth, and not computed by a model."""
    words = set(tokens(_last_name(node)))
    if not words & _TRUE or words & _PREDICTED or "x" in words:
        return False
    return not any(isinstance(value, ast.Call) and _is_prediction(module, value) for value in module.resolver.values(node))


def _is_labels(module: Module, node: ast.expr) -> bool:
    """Whether an expression is exactly what `predict` of a classifier of scikit-learn, or of its like, gives."""
    values = module.resolver.values(node)
    return bool(values) and all(_gives_labels(module, value) for value in values)


def _is_compared(module: Module, name: str) -> bool:
    """Whether the same metric is taken of scores too: the lesson is the difference."""
    for call in module.calls_under("sklearn.metrics."):
        if call.method != name:
            continue
        node = call.argument("y_score").node or call.argument("y_pred").node or (call.node.args[1] if len(call.node.args) > 1 else None)
        if node is not None and not _is_labels(module, node):
            return True
    return False


def _gives_labels(module: Module, value: ast.expr) -> bool:
    call = module.call(value)
    if call is None or call.method != "predict" or not call.names:
        return False
    for name in call.names:
        made = name.removesuffix("().predict")
        last = made.rpartition(".")[2]
        if last in ("Pipeline", "make_pipeline") and made.startswith(("sklearn.", "imblearn.")):
            if call.receiver is None or not _ends_in_classifier(module, call.receiver):
                return False
            continue
        known = made.startswith(("sklearn.", "xgboost.XGB", "lightgbm.LGBM", "catboost.CatBoost"))
        if not known or made == name or not (last.endswith("Classifier") or last.endswith(_CLASSIFIERS)):
            return False
    return True


def _ends_in_classifier(module: Module, node: ast.expr, depth: int = 0) -> bool:
    """Whether a pipeline's last step is a classifier, by its class or by what the step is called."""
    values = module.resolver.values(node)
    for value in values:
        call = module.call(value)
        if call is None or depth > 3:
            return False
        if call.method == "fit" and call.receiver is not None:
            if not _ends_in_classifier(module, call.receiver, depth + 1):
                return False
            continue
        steps = call.argument("steps", 0).node if call.method == "Pipeline" else None
        last = (
            steps.elts[-1] if isinstance(steps, ast.List) and steps.elts else call.node.args[-1] if call.method == "make_pipeline" else None
        )
        if isinstance(last, ast.Tuple) and len(last.elts) == 2:
            if module.constant(last.elts[0]) in ("clf", "classifier"):
                continue
            last = last.elts[1]
        made = module.call(last) if last is not None else None
        name = made.name.rpartition(".")[2] if made is not None else ""
        if not (name.endswith("Classifier") or name.endswith(_CLASSIFIERS)):
            return False
    return bool(values)


def _last_name(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return last_word(node)
