"""The same seed gives the same model bit by bit; another seed gives another one as good."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import evaluate
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, train


def test_equal_seeds_give_equal_models(prepared: Prepared, finished: Finished, settings: Config) -> None:
    again = train(prepared, settings, version=finished.model.version)
    windows = prepared.test.windows
    assert np.array_equal(again.ensemble.scores(windows), finished.model.ensemble.scores(windows))
    assert (again.slope, again.offset, again.limits) == (
        finished.model.slope, finished.model.offset, finished.model.limits
    )  # fmt: skip


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
