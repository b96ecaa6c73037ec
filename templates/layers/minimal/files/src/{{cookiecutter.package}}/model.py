"""The model: a logistic regression on standardised features, kept as text that any reader can open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import ModelConfig
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.record import digest, write_atomically


class UnusableModel(ValueError):
    """A stored model that is incomplete, altered or made for other features."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of standardised features, in log-odds."""

    centre: Array
    scale: Array
    weights: Array
    offset: float
    version: str

    def contributions(self, values: Array) -> Array:
        """What each feature adds to the score of each row, in log-odds: the explanation of a linear model."""
        return np.asarray((values - self.centre) / self.scale * self.weights)

    def probability(self, values: Array) -> Array:
        """The chance to be late, one a row of features."""
        return np.asarray(1 / (1 + np.exp(-(self.contributions(values).sum(axis=1) + self.offset))))


def fit(values: Array, late: Array, config: ModelConfig, *, version: str) -> Model:
    """A model of rows of features; the solver draws nothing at random."""
    pipeline = make_pipeline(
        StandardScaler(), LogisticRegression(C=config.inverse_regularisation, max_iter=config.iterations)
    )
    pipeline.fit(values, late)
    scaler, regression = pipeline[0], pipeline[-1]
    return Model(scaler.mean_, scaler.scale_, regression.coef_[0], float(regression.intercept_[0]), version)


def save(model: Model, path: Path) -> str:
    """Write the model; returns the digest that identifies it."""
    document = {
        "features": list(NAMES),
        "centre": model.centre.tolist(),
        "scale": model.scale.tolist(),
        "weights": model.weights.tolist(),
        "offset": model.offset,
        "version": model.version,
    }
    identity = digest(document)
    write_atomically(path, json.dumps({**document, "digest": identity}, indent=1) + "\n")
    return identity


def load(path: Path) -> Model:
    """The model in `path`. Raises `UnusableModel` unless it is just what was saved."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        claimed = document.pop("digest")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UnusableModel(f"no complete model in {path}: {error}") from error
    if digest(document) != claimed:
        raise UnusableModel(f"the model in {path} is not the one that was saved")
    if document["features"] != list(NAMES):
        raise UnusableModel(f"the model in {path} was trained on other features than this code computes")
    centre, scale, weights = (np.array(document[name], dtype=np.float64) for name in ("centre", "scale", "weights"))
    return Model(centre, scale, weights, document["offset"], document["version"])
