"""The same seed gives the same model bit by bit; another seed gives another one as good."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.assess import compare, judge
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, train


def test_equal_seeds_give_equal_models(prepared: Prepared, finished: Finished, settings: Config) -> None:
    again = train(prepared, settings, version=finished.model.version)
    assert again.classifier.trees.model_to_string() == finished.model.classifier.trees.model_to_string()
    assert np.array_equal(again.classifier.probabilities, finished.model.classifier.probabilities)
    assert again.thresholds == finished.model.thresholds


def test_another_seed_gives_another_model_of_the_same_quality(
    prepared: Prepared, finished: Finished, settings: Config, bounds: dict[str, tuple[float, float]]
) -> None:
    other = train(prepared, settings.model_copy(update={"seed": settings.seed + 1}), version="other")
    assert other.classifier.trees.model_to_string() != finished.model.classifier.trees.model_to_string()
    truth = prepared.tables["truth"]["fraud"]
    first, second = (compare(judge(model, prepared, fraud=truth), settings)[0] for model in (finished.model, other))
    low, high = bounds["pr_auc_by_model_seed"]
    assert low <= second.pr_auc - first.pr_auc <= high
