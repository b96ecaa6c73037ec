"""The same seed gives the same model bit by bit; another seed gives another one as good."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import evaluate
from {{ cookiecutter.package }}.model import member
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, calibrate, labelled, limits_of, train


def test_equal_seeds_give_equal_models(prepared: Prepared, finished: Finished, settings: Config) -> None:
    """One network trained again, without the others; what follows from the networks, found again from all of them."""
    last, (windows, bot) = settings.model.members - 1, labelled(prepared)
    again = member(windows, bot, settings.model, seed=settings.seed, number=last).state_dict()
    kept = finished.model.ensemble.members[last].state_dict()
    assert {name: value.numpy().tobytes() for name, value in again.items()} == {
        name: value.numpy().tobytes() for name, value in kept.items()
    }
    ensemble = finished.model.ensemble
    assert calibrate(ensemble, prepared.calibration) == (finished.model.slope, finished.model.offset)
    assert limits_of(ensemble, prepared, settings) == finished.model.limits


def test_another_seed_gives_another_model_of_the_same_quality(
    prepared: Prepared, finished: Finished, settings: Config, bounds: dict[str, tuple[float, float]]
) -> None:
    other = train(prepared, settings.model_copy(update={"seed": settings.seed + 100}), version="other")
    windows = prepared.test.windows
    bot = prepared.bots(windows.account)
    assert bot is not None
    nobody = np.zeros(len(windows), dtype=bool)
    first, second = (model.ensemble.score(windows) for model in (finished.model, other))
    assert not np.array_equal(first, second)
    low, high = bounds["auc_by_model_seed"]
    assert low <= evaluate(second, nobody, bot).auc - evaluate(first, nobody, bot).auc <= high
