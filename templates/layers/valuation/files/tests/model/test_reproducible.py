"""The same seed gives the same model bit by bit; another seed gives another one as good."""

from __future__ import annotations

import torch

from {{ cookiecutter.package }} import assess
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared, train


def test_equal_seeds_give_equal_models(
    prepared: Prepared, newest: Origin, finished: Finished, settings: Config
) -> None:
    torch.manual_seed(1)
    again = train(prepared, newest, settings, version=finished.model.version)
    for name, weight in finished.model.members.state_dict().items():
        assert torch.equal(again.model.members.state_dict()[name], weight), name
    assert again.model.scale == finished.model.scale
    assert again.model.widths == finished.model.widths
    assert again.fitted.order == finished.trained[-1].fitted.order


def test_another_seed_gives_another_model_of_the_same_quality(
    prepared: Prepared, newest: Origin, finished: Finished, settings: Config, bounds: dict[str, tuple[float, float]]
) -> None:
    other = train(prepared, newest, settings.model_copy(update={"seed": settings.seed + 1}), version="other")
    assert not torch.equal(other.model.members.first.weight, finished.model.members.first.weight)
    found = assess.trial(other.model, prepared, newest, settings)
    low, high = bounds["mdape_by_model_seed"]
    assert low <= found.model.mdape - finished.assessment.newest.model.mdape <= high
