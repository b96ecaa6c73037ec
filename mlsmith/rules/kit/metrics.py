"""Metrics of scikit-learn and the words people report them by. Checked against scikit-learn 1.5."""

from __future__ import annotations

import re
from functools import lru_cache

METRICS = {
    "accuracy_score": "accuracy", "f1_score": "f1", "precision_score": "precision", "recall_score": "recall",
    "mean_squared_error": "mse", "root_mean_squared_error": "rmse", "mean_absolute_error": "mae", "r2_score": "r2",
    "mean_absolute_percentage_error": "mape", "roc_auc_score": "auc", "log_loss": "logloss",
}  # fmt: skip
"""Function of `sklearn.metrics` → the metric it computes"""

ORDERED = frozenset({
    "f1_score", "fbeta_score", "precision_score", "recall_score", "jaccard_score", "roc_auc_score", "average_precision_score", "log_loss",
    "precision_recall_curve", "roc_curve", "classification_report", "confusion_matrix", "r2_score", "mean_absolute_percentage_error",
    "explained_variance_score", "precision_recall_fscore_support", "balanced_accuracy_score", "brier_score_loss",
})  # fmt: skip
"""Functions of `sklearn.metrics` that give another result when truth and prediction change places"""

SYMMETRIC = frozenset({"f1_score", "jaccard_score"})
"""Those of the ordered functions whose value is the same either way, unless classes are weighted by their true number"""

SCORED = frozenset({"roc_auc_score", "roc_curve", "average_precision_score", "precision_recall_curve"})
"""Functions of `sklearn.metrics` that rank by a score, so that labels in its place waste the ranking"""

_WORDS = {
    "accuracy": "accuracy", "acc": "accuracy", "f1": "f1", "fscore": "f1", "precision": "precision", "recall": "recall", "sensitivity": "recall",
    "mse": "mse", "rmse": "rmse", "mae": "mae", "r2": "r2", "mape": "mape", "auc": "auc", "auroc": "auc", "logloss": "logloss",
}  # fmt: skip
_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=2_000)
def metrics_named(name: str) -> frozenset[str]:
    """The metrics that a name or a text speaks of: `test_rmse` → `rmse`, `RMSE: ` → `rmse`."""
    return frozenset(_WORDS[word.lower()] for word in _SPLIT.split(name) if word.lower() in _WORDS)
