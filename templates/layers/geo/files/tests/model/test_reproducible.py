"""The same seed gives the same model bit by bit; another seed gives other folds and a model as good."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }} import assess
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.train import Prepared, prepare, train


def test_equal_seeds_give_equal_models(prepared: Prepared, finished: Finished, settings: Config) -> None:
    again, held_out = train(prepared, settings, version=finished.model.version)
    assert np.array_equal(again.regressor.process.theta, finished.model.regressor.process.theta)
    assert np.array_equal(again.regressor.process.weights, finished.model.regressor.process.weights)
    assert again.factors == finished.model.factors
    assert np.array_equal(held_out.mean, finished.held_out.mean)


def test_another_seed_gives_another_calibration_of_the_same_quality(
    tables: Tables, finished: Finished, settings: Config, bounds: dict[str, tuple[float, float]]
) -> None:
    other_settings = settings.model_copy(update={"seed": settings.seed + 1})
    prepared = prepare(tables, other_settings)
    other, held_out = train(prepared, other_settings, version="other")
    assert other.factors != finished.model.factors
    surface = assess.survey(other, prepared, other_settings, truth=tables.truth)
    found = assess.on_surface(surface, held_out, prepared, other_settings)["model"]
    low, high = bounds["coverage_by_folds"]
    assert low <= found.coverage - finished.assessment.truth["model"].coverage <= high
