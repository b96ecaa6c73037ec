"""What the model must beat: the legacy formula, which is also the fallback, and gradient boosting on equal inputs."""

from __future__ import annotations

import lightgbm
import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import TreesConfig
from {{ cookiecutter.package }}.features import NAMES, FeatureTable

LEGACY = "legacy-7"
"""The formula that valued homes before: area times index, corrected by what neighbours sold for."""


def legacy(features: FeatureTable) -> Array:
    """The logarithm of value over area times index, by the formula."""
    return features.column("near_level")


def fit_trees(values: Array, target: Array, config: TreesConfig, *, seed: int) -> lightgbm.Booster:
    """Gradient boosting on the same rows as the ensemble; bit-equal for equal seeds."""
    parameters = {
        "objective": "regression", "verbosity": -1, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": config.threads, "learning_rate": config.learning_rate, "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_rows_per_leaf,
    }  # fmt: skip
    data = lightgbm.Dataset(values, label=target, feature_name=list(NAMES), params={"verbosity": -1})
    return lightgbm.train(parameters, data, num_boost_round=config.rounds)


def trees(booster: lightgbm.Booster, features: FeatureTable) -> Array:
    """The logarithm of value over area times index, by the trees."""
    return np.asarray(booster.predict(features.values, num_threads=1), dtype=np.float64)
