"""Two real processes that meet over gloo train the tower that one process trains."""

from __future__ import annotations

import numpy as np
import torch

from {{ cookiecutter.package }} import tower, workers
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.tower_fit import Lessons


def test_one_and_two_processes_give_the_same_tower(media: Media, settings: Config) -> None:
    part = Media(media.item[:64], media.image[:64], media.audio[:64])
    rng = np.random.default_rng(5)
    taught = Lessons(part, rng.normal(size=(64, settings.als.factors)), rng.uniform(0.5, 1.5, size=64))
    config = settings.tower.model_copy(update={"epochs": 4})
    one, two = (workers.fit(taught, config, seed=3, workers=count) for count in (1, 2))
    for name, value in one.state_dict().items():
        assert torch.allclose(value, two.state_dict()[name], atol=2e-5), name
    alone, together = (tower.encode([made], part)[0] for made in (one, two))
    assert np.abs(alone - together).max() < 1e-4
    assert np.abs(alone).max() > 0.01


def test_another_seed_gives_another_tower(media: Media, settings: Config) -> None:
    part = Media(media.item[:64], media.image[:64], media.audio[:64])
    taught = Lessons(part, np.ones((64, settings.als.factors)), np.ones(64))
    config = settings.tower.model_copy(update={"epochs": 1})
    first, second = (workers.fit(taught, config, seed=seed, workers=1) for seed in (3, 4))
    assert not torch.equal(first.head[0].weight, second.head[0].weight)
