"""The same seed gives the same model bit by bit; another seed gives another one as good."""

from __future__ import annotations

from {{ cookiecutter.package }}.assess import compare, judge
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, train


def test_equal_seeds_give_equal_models(prepared: Prepared, finished: Finished, settings: Config) -> None:
    again = train(prepared, settings, version=finished.model.version)
    assert again.classifier.trees.model_to_string() == finished.model.classifier.trees.model_to_string()
    assert again.classifier.slope == finished.model.classifier.slope
    assert again.classifier.intercept == finished.model.classifier.intercept
    assert again.baseline == finished.model.baseline


def test_another_seed_gives_another_model_of_the_same_quality(
    prepared: Prepared, finished: Finished, settings: Config, bounds: dict[str, tuple[float, float]]
) -> None:
    other = train(prepared, settings.model_copy(update={"seed": settings.seed + 1}), version="other")
    assert other.classifier.trees.model_to_string() != finished.model.classifier.trees.model_to_string()
    first, second = (compare(judge(model, prepared))[0] for model in (finished.model, other))
    low, high = bounds["auc_by_model_seed"]
    assert low <= second.auc - first.auc <= high
