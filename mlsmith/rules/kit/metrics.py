"""Metrics of scikit-learn and the words people report them by."""

from __future__ import annotations

from functools import lru_cache

from mlsmith.regex import regex
from mlsmith.rules.kit.knowledge.sklearn import METRICS, ORDERED, SCORED, SYMMETRIC

__all__ = ["METRICS", "ORDERED", "SCORED", "SYMMETRIC", "metrics_named"]

_WORDS = {
    "accuracy": "accuracy", "acc": "accuracy", "f1": "f1", "fscore": "f1", "precision": "precision", "recall": "recall", "sensitivity": "recall",
    "mse": "mse", "rmse": "rmse", "mae": "mae", "r2": "r2", "mape": "mape", "auc": "auc", "auroc": "auc", "logloss": "logloss",
}  # fmt: skip
_SPLIT = regex(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=2_000)
def metrics_named(name: str) -> frozenset[str]:
    """The metrics that a name or a text speaks of: `test_rmse` → `rmse`, `RMSE: ` → `rmse`."""
    return frozenset(_WORDS[word.lower()] for word in _SPLIT.split(name) if word.lower() in _WORDS)
