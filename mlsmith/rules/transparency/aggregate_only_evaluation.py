"""TRA105."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Context, Finding, Module, Project, Role, Rule, Severity, metrics, tokens
from mlsmith.rules.kit.collect import place_from, where

_LOOKS = (
    "classification_report", "confusion", "metricframe", "fairlearn", "aif360", "raw_values", "fairness", "subgroup", "sub_group", "error_analysis",
    "failure_analysis", "classwise", "class_wise", "class-wise", "groupwise", "group_wise", "category_wise", "slices", "sliced_by", "slice_by",
    "slice_metrics", "slice_evaluation", "precision_recall_fscore_support",
)  # fmt: skip
"""What looks at parts of the data by itself"""
_PARTS = regex(
    r"(?:per|by|each|across)[-_ ](?:the )?(?:class|group|categor|label|slice|segment|region|country|store|product|user|customer|site|station|horizon"
    r"|hour|day|month|season|subject|patient|species|bucket|bin|decile|quantile|column|target|task|domain|language|source)|hue=|cohort|decile|groupby|group_by"
)
_JUDGES = ("metric", "evaluat", "report", "confusion", "accuracy", "rmse", "residual", "mae")
"""Beside these, words for parts speak of an evaluation; elsewhere of features"""
_COMPETES = "submission"
_SLICED = (True, False, False, ())
"""What is collected where a part of the data is looked at"""
_CATEGORIES = (
    "sklearn.preprocessing.OneHotEncoder", "sklearn.preprocessing.OrdinalEncoder", "sklearn.preprocessing.TargetEncoder", "pandas.get_dummies",
    "pandas.Categorical", "pyspark.ml.feature.StringIndexer", "category_encoders.TargetEncoder", "category_encoders.OrdinalEncoder",
    "category_encoders.OneHotEncoder",
)  # fmt: skip
_NAMED = frozenset({"cat_features", "categorical_feature", "categorical_features", "enable_categorical", "cat_cols", "categorical_columns"})
_ROUNDS = frozenset({
    "epoch", "fold", "split", "model", "name", "estimator", "clf", "classifier", "regressor", "algorithm", "train", "test", "trial", "seed", "param",
    "params", "batch", "step", "iteration", "candidate", "k", "lr", "alpha", "depth", "i", "kf", "skf", "metric", "loader", "data", "config", "run", "cv",
})  # fmt: skip
_SPEAKS = frozenset({
    "print", "info", "debug", "warning", "log", "log_metric", "log_metrics", "dump", "dumps", "write", "to_csv", "to_json", "write_text", "echo", "summary",
    "append", "secho", "add_scalar", "save", "update", "metric", "success",
})  # fmt: skip


class AggregateOnlyEvaluation(Rule):
    """A model is judged by one mean over all rows, and its data hold groups of which nobody looks at any.

    ## What it finds
    A metric of scikit-learn that is computed over a whole set and reported, in a project that knows of groups in its data (it encodes categories, or
    computes features by group) and in which no evaluation looks at a part: no `groupby` beside the metrics, no report or confusion matrix by class,
    no `MetricFrame`, no loop over slices. One finding a project, at its first metric.

    ## Why it is debt
    A mean hides whom a model fails: it may rise while one region, shop or group gets worse month by month, and nobody sees it until they complain
    (Arpteg et al. 2018, limited transparency; Breck et al. 2017, quality on all important data slices).

    ## Bad
    ```python evaluate.py
    import pandas as pd
    from sklearn.metrics import mean_absolute_error

    orders = pd.get_dummies(pd.read_csv("test.csv"), columns=["region"])
    print("MAE", mean_absolute_error(orders["price"], model.predict(orders[FEATURES])))  # finding: TRA105
    ```

    ## Good
    ```python evaluate.py
    import pandas as pd
    from sklearn.metrics import mean_absolute_error

    orders = pd.read_csv("test.csv")
    orders["error"] = (orders["price"] - model.predict(pd.get_dummies(orders[FEATURES]))).abs()
    print("MAE", orders["error"].mean(), orders.groupby("region")["error"].agg(["mean", "count"]))
    ```

    ## Fix
    None: which groups matter is for those whom the model's errors reach.

    ## When it stays silent
    As soon as anything in the project looks at a part of its data, or speaks of it (a name such as `by_region`, `per_class` or `cohort`); where data
    hold no groups that the code shows; for libraries and competitions (`submission`), whose metric is given; in tests, examples and notebooks.
    Metrics that are summed by hand in a loop are not known. Off by default: it speaks seldom, ten times in some 300 projects, nine of them rightly.

    ## References
    Breck et al. 2017, The ML test score, Model 6; Arpteg et al. 2018, section on limited transparency.
    """

    code = "TRA105"
    severity = Severity.INFO
    minutes = 30
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        """(whether a part of the data is looked at, whether data hold groups, whether the place is named for evaluation, where of a metric)"""
        text = module.source.text.lower()
        judges = any(word in text for word in _JUDGES)
        if _COMPETES in text or (judges and (any(word in text for word in _LOOKS) or _PARTS.search(text))):
            return _SLICED
        measured = [call for call in module.calls_under("sklearn.metrics.") if call.method in metrics.METRICS]
        if any(_is_of_a_part(call) for call in measured):
            return _SLICED
        if module.context is not Context.CODE:
            return None
        groups = _has_categories(module)
        reported = measured if module.notebook is None and not _SPEAKS.isdisjoint(module.words_called) else []
        best = min(reported, key=lambda call: call.role is not Role.TEST, default=None)
        if best is None:
            return (False, True, False, ()) if groups else None
        return (False, groups, best.role is Role.TEST, tuple(where(module, best.node)))

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        if project.has_users or any(looks for _, (looks, *_) in collected) or not any(groups for _, (_, groups, *_) in collected):
            return
        found = [(not evaluates, path, seen) for path, (_, _, evaluates, seen) in collected if seen]
        for _, path, seen in sorted(found)[:1]:
            yield self.finding(
                place_from(path, project, seen),
                "the model is judged by one mean over all rows, and the project's data hold groups that no evaluation looks at",
                advice="report the metric by the groups that matter, with their sizes, and the worst of them",
            )


def _has_categories(module: Module) -> bool:
    """Whether a file encodes categories, or computes features by group; what it draws by group is no feature."""
    if not module.imports("matplotlib", "seaborn", "plotly") and not {"groupby", "group_by"}.isdisjoint(module.words_called):
        return True
    if any(True for _ in module.calls_to(*_CATEGORIES)):
        return True
    if any(keyword.arg in _NAMED for call in module.calls for keyword in call.node.keywords) or module.names_spelt(_NAMED):
        return True
    return any(call.node.args and module.constant(call.node.args[0]) == "category" for call in module.method_calls("astype"))


def _is_of_a_part(call: Call) -> bool:
    """Whether a metric is computed for each of something other than rounds of training and rivals."""
    loop = call.loop
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        said = {word for node in ast.walk(loop.target) if isinstance(node, ast.Name) for word in tokens(node.id)}
        return not any(word in _ROUNDS or word.rstrip("s") in _ROUNDS for word in said)
    return False
