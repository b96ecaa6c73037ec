"""The model: gradient boosting and a calibrated scale, kept as text that any reader can open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression

from {{ cookiecutter.package }}.artefact import seal, unseal
from {{ cookiecutter.package }}.baseline import CohortRate
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import ModelConfig
from {{ cookiecutter.package }}.features import FEATURES, MEANINGS
from {{ cookiecutter.package }}.record import write_atomically

_TREES = "trees.txt"

_UNPENALISED = 1e6


@dataclass(frozen=True, slots=True)
class Classifier:
    """Trees, and slope and intercept of the line from their score to calibrated log-odds."""

    trees: lightgbm.Booster
    slope: float
    intercept: float

    def raw(self, values: Array) -> Array:
        """The trees' score (log-odds) of rows of features."""
        return np.asarray(self.trees.predict(values, raw_score=True, num_threads=1), dtype=np.float64)

    def probability(self, values: Array) -> Array:
        """The calibrated probability to come back, one a row of features."""
        return np.asarray(1 / (1 + np.exp(-(self.slope * self.raw(values) + self.intercept))))

    def contributions(self, values: Array) -> Array:
        """What each feature adds to the calibrated log-odds of each row (Shapley values times the slope)."""
        return self.slope * np.asarray(self.trees.predict(values, pred_contrib=True, num_threads=1))[:, :-1]


@dataclass(frozen=True, slots=True)
class Model:
    """A classifier, the cohort rate beside it, and where both come from."""

    classifier: Classifier
    baseline: CohortRate
    version: str
    configuration: str


def fit(values: Array, retained: Array, config: ModelConfig, *, seed: int) -> lightgbm.Booster:
    """Trees for rows of features; bit-equal for equal seeds and threads."""
    parameters = {
        "objective": "binary", "verbosity": -1, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": config.threads, "learning_rate": config.learning_rate, "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_rows_per_leaf, "feature_fraction": config.feature_share,
        "monotone_constraints": [MEANINGS[name].direction for name in FEATURES],
    }  # fmt: skip
    data = lightgbm.Dataset(values, label=retained, feature_name=list(FEATURES), params={"verbosity": -1})
    return lightgbm.train(parameters, data, num_boost_round=config.rounds)


def calibrate(trees: lightgbm.Booster, values: Array, retained: Array) -> Classifier:
    """The trees with a line fitted on users they have not seen: two numbers, so that few users suffice."""
    raw = np.asarray(trees.predict(values, raw_score=True, num_threads=1), dtype=np.float64)
    line = LogisticRegression(C=_UNPENALISED).fit(raw.reshape(-1, 1), retained)
    return Classifier(trees, float(line.coef_[0, 0]), float(line.intercept_[0]))


def save(model: Model, folder: Path, *, reference: dict[str, Any]) -> str:
    """Write the model and the `reference` it is explained and watched by; returns the digest that identifies both."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / _TREES, model.classifier.trees.model_to_string())
    document = {
        "inputs": list(FEATURES),
        "calibration": {"slope": model.classifier.slope, "intercept": model.classifier.intercept},
        "baseline": {"rates": dict(model.baseline.rates), "overall": model.baseline.overall},
        "version": model.version,
        "configuration": model.configuration,
        "reference": reference,
    }
    return seal(folder, document, beside=_TREES)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The model in `folder` and its reference. Raises `UnusableModel` unless it is just what was saved."""
    document = unseal(folder, beside=_TREES, inputs=list(FEATURES))
    classifier = Classifier(lightgbm.Booster(model_file=str(folder / _TREES)), **document["calibration"])
    cohort_rate = CohortRate(**document["baseline"])
    return Model(classifier, cohort_rate, document["version"], document["configuration"]), document["reference"]
