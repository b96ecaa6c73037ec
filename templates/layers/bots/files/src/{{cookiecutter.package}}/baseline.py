"""The baseline: calibrated logistic regression on an account's averages, as a team would have built it in a week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import Windows
from {{ cookiecutter.package }}.players import ACTIONS


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline."""

    pipeline: Pipeline

    def score(self, windows: Windows) -> Array:
        """Log-odds of a bot, one a row."""
        return np.asarray(self.pipeline.decision_function(summary(windows)), dtype=np.float64)


def fit(windows: Windows, bot: Array) -> Baseline:
    """The baseline for labelled windows."""
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1_000))
    return Baseline(pipeline.fit(summary(windows), bot))


def summary(windows: Windows) -> Array:
    """One row an account: mean and spread of time and of bets, share of each action, how many actions, its context."""
    mask = windows.mask.astype(np.float64)
    count = mask.sum(axis=1)
    log_ms, fraction = windows.numbers[..., 0].astype(np.float64), windows.numbers[..., 2].astype(np.float64)
    bets = mask * (windows.action >= ACTIONS.index("bet"))
    shares = [(mask * (windows.action == action)).sum(axis=1) / count for action in range(len(ACTIONS))]
    columns = [*_moments(log_ms, mask), *_moments(fraction, bets), *shares, np.log(count), *windows.context.T]
    return np.stack(columns, axis=1)


def _moments(values: Array, weight: Array) -> tuple[Array, Array]:
    total = np.maximum(weight.sum(axis=1), 1.0)
    mean = (values * weight).sum(axis=1) / total
    return mean, np.sqrt(np.maximum((values**2 * weight).sum(axis=1) / total - mean**2, 0.0))
