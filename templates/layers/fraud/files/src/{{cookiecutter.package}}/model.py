"""The model: gradient boosting, isotonic calibration and two thresholds, kept as text that any reader can open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from sklearn.isotonic import IsotonicRegression

from {{ cookiecutter.package }}.artefact import seal, unseal
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import ModelConfig
from {{ cookiecutter.package }}.features import FEATURES, NAMES
from {{ cookiecutter.package }}.policy import Thresholds
from {{ cookiecutter.package }}.record import write_atomically

_TREES = "trees.txt"


@dataclass(frozen=True, slots=True)
class Classifier:
    """Trees and the map from their score to a probability."""

    trees: lightgbm.Booster
    scores: Array
    probabilities: Array

    def raw(self, values: Array) -> Array:
        """The trees' score (log-odds) of rows of features."""
        return np.asarray(self.trees.predict(values, raw_score=True, num_threads=1), dtype=np.float64)

    def probability(self, values: Array) -> Array:
        """The calibrated probability of fraud, one a row of features."""
        return np.interp(self.raw(values), self.scores, self.probabilities)

    def contributions(self, values: Array) -> Array:
        """What each feature adds to the score of each row, in log-odds (Shapley values)."""
        return np.asarray(self.trees.predict(values, pred_contrib=True, num_threads=1))[:, :-1]


@dataclass(frozen=True, slots=True)
class Model:
    """A classifier with the thresholds it decides by."""

    classifier: Classifier
    thresholds: Thresholds
    version: str
    configuration: str


def fit(values: Array, fraud: Array, weight: Array, config: ModelConfig, *, seed: int) -> lightgbm.Booster:
    """Trees for rows of features; bit-equal for equal seeds and threads."""
    parameters = {
        "objective": "binary", "verbosity": -1, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": config.threads, "learning_rate": config.learning_rate, "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_rows_per_leaf, "feature_fraction": config.feature_share,
        "monotone_constraints": [feature.direction for feature in FEATURES],
    }  # fmt: skip
    data = lightgbm.Dataset(values, label=fraud, weight=weight, feature_name=list(NAMES), params={"verbosity": -1})
    return lightgbm.train(parameters, data, num_boost_round=config.rounds)


def calibrate(trees: lightgbm.Booster, values: Array, fraud: Array, weight: Array) -> Classifier:
    """The trees with an isotonic map fitted on payments they have not seen.

    The map's steps are joined by lines through their centres: among payments on one step the order by score stays.
    """
    raw = np.asarray(trees.predict(values, raw_score=True, num_threads=1), dtype=np.float64)
    steps = IsotonicRegression(y_min=0.0, y_max=1.0).fit_transform(raw, fraud, sample_weight=weight)
    levels, step = np.unique(steps, return_inverse=True)
    centres = np.bincount(step, weights=raw * weight) / np.bincount(step, weights=weight)
    return Classifier(trees, centres, levels)


def save(model: Model, folder: Path, *, reference: dict[str, Any]) -> str:
    """Write the model and its monitoring `reference`; returns the digest that identifies both."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / _TREES, model.classifier.trees.model_to_string())
    document = {
        "inputs": list(NAMES),
        "calibration": {
            "scores": model.classifier.scores.tolist(),
            "probabilities": model.classifier.probabilities.tolist(),
        },
        "thresholds": {"block": model.thresholds.block, "review": model.thresholds.review},
        "version": model.version,
        "configuration": model.configuration,
        "reference": reference,
    }
    return seal(folder, document, beside=_TREES)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The model in `folder` and its monitoring reference. Raises `UnusableModel` unless it is just what was saved."""
    document = unseal(folder, beside=_TREES, inputs=list(NAMES))
    calibration = document["calibration"]
    classifier = Classifier(
        lightgbm.Booster(model_file=str(folder / _TREES)),
        np.array(calibration["scores"], dtype=np.float64),
        np.array(calibration["probabilities"], dtype=np.float64),
    )
    thresholds = Thresholds(**document["thresholds"])
    return Model(classifier, thresholds, document["version"], document["configuration"]), document["reference"]
