"""Training does what training must: it learns a batch by heart, begins where theory says, and moves every weight."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.network import initialised
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, loss, samples, train

Batch = tuple[Tensor, ...]


@pytest.fixture(scope="module")
def batch(prepared: Prepared, settings: Config) -> Batch:
    """The first batch."""
    return next(samples(prepared, settings))


def test_one_batch_is_learned_by_heart(batch: Batch) -> None:
    network = initialised(seed=3)
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01, weight_decay=0.0)
    values = []
    for _ in range(150):
        value = loss(network, *batch, image_weight=1.0)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(float(value.detach()))
    assert values[-1] < 0.15 * values[0]


def test_the_first_loss_is_the_variance_of_the_targets(batch: Batch) -> None:
    _, _, wind, image, seen = batch
    by_theory = float(wind.square().mean() + (image.square() * seen).sum() / seen.sum())
    assert float(loss(initialised(seed=3), *batch, image_weight=1.0).detach()) == pytest.approx(by_theory, rel=0.1)


def test_gradients_reach_every_weight(batch: Batch) -> None:
    network = initialised(seed=3)
    loss(network, *batch, image_weight=1.0).backward()
    without = [
        name
        for name, weight in network.named_parameters()
        if weight.grad is None or not bool(weight.grad.abs().sum() > 0)
    ]
    assert without == []


def test_losses_fall_and_stay_finite(finished: Finished) -> None:
    losses = np.array(finished.trained.losses)
    assert np.isfinite(losses).all()
    assert losses[-20:].mean() < 0.5 * losses[:5].mean()


def test_what_the_satellite_did_not_see_teaches_nothing(batch: Batch) -> None:
    scenes, age, wind, image, seen = batch
    network = initialised(seed=3)
    absurd = torch.where(seen.bool(), image, torch.full_like(image, 1e6))
    assert torch.equal(
        loss(network, scenes, age, wind, image, seen, image_weight=1.0),
        loss(network, scenes, age, wind, absurd, seen, image_weight=1.0),
    )


def test_equal_seeds_give_equal_networks_bit_by_bit(prepared: Prepared, changed: Callable[..., Config]) -> None:
    first, second, other = (train(prepared, changed(seed=seed, steps=20), version="again").model for seed in (7, 7, 8))
    for name, weight in first.network.state_dict().items():
        assert torch.equal(weight, second.network.state_dict()[name]), name
    assert first.spread == second.spread
    assert any(
        not torch.equal(one, two)
        for one, two in zip(first.network.parameters(), other.network.parameters(), strict=True)
    )
