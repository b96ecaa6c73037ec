"""The same seed gives the same model bit by bit; another seed gives another one as good."""

from __future__ import annotations

import numpy as np
import torch

from {{ cookiecutter.package }}.assess import assess
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, train


def test_equal_seeds_give_equal_models(prepared: Prepared, finished: Finished, settings: Config) -> None:
    again = train(prepared, settings, version=finished.model.version)
    assert np.array_equal(again.weights, finished.model.weights)
    assert np.array_equal(again.learned.factors, finished.model.learned.factors)
    for ours, theirs in zip(again.learned.towers, finished.model.learned.towers, strict=True):
        for name, value in ours.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name]), name


def test_another_seed_gives_another_model_as_good(
    prepared: Prepared, finished: Finished, settings: Config, bounds: dict[str, tuple[float, float]]
) -> None:
    other = train(prepared, settings.model_copy(update={"seed": settings.seed + 1}), version="other")
    assert not np.array_equal(other.learned.factors, finished.model.learned.factors)
    found = assess(other, prepared, settings).model.plain()
    for name in ("ndcg", "cold_ndcg", "appeal", "cold_appeal"):
        value, (low, high) = found[name], bounds[name]
        assert value is not None
        assert low <= value <= high, name
