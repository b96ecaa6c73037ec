"""Learning to rank: weights of the features such that what a user chose stands above what else there was."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import BlendConfig

_STEPS = 25
_CLOSE = 1e-10


def fit(gaps: Array, config: BlendConfig) -> Array:
    """Weights from `gaps`, features of a chosen item minus those of another: logistic regression on pairs, by Newton.

    Every gap is scaled by the features' spread for the penalty to mean the same for each.
    """
    scale = gaps.std(axis=0)
    scale[scale == 0] = 1.0
    pairs = gaps / scale
    weights = np.zeros(pairs.shape[1])
    for _ in range(_STEPS):
        right = 1 / (1 + np.exp(-np.clip(pairs @ weights, -30, 30)))
        slope = pairs.T @ (1 - right) - config.penalty * weights
        bend = (pairs * (right * (1 - right))[:, None]).T @ pairs + config.penalty * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < _CLOSE:
            break
    return np.asarray(weights / scale)


def order(score: Array, items: Array) -> Array:
    """Positions from the highest score down; equal scores in an order that has nothing to do with age or id."""
    mixed = (items.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
    return np.lexsort((mixed, -score))
