"""The network can learn, learns with all its parts, sees no padding and no future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import WINDOW, Windows
from {{ cookiecutter.package }}.model import loss_of
from {{ cookiecutter.package }}.network import Batch, Detector
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, labelled


@pytest.fixture
def batch(prepared: Prepared) -> tuple[Windows, Array]:
    """A batch of 16 bots and 16 people."""
    windows, bot = labelled(prepared)
    rows = np.r_[np.flatnonzero(bot == 1)[:16], np.flatnonzero(bot == 0)[:16]]
    return windows.rows(rows), bot[rows]


@pytest.fixture
def network(batch: tuple[Windows, Array], settings: Config) -> Detector:
    """A new network with the scale of the batch."""
    torch.manual_seed(1)
    made = Detector(settings.model.hidden)
    made.standardise(Batch(batch[0]))
    return made


def test_before_training_the_loss_is_that_of_a_coin(network: Detector, batch: tuple[Windows, Array]) -> None:
    assert loss_of(network, *batch).item() == pytest.approx(np.log(2), abs=0.02)


def test_one_batch_can_be_learned_by_heart(network: Detector, batch: tuple[Windows, Array]) -> None:
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(200):
        optimiser.zero_grad()
        loss = loss_of(network, *batch)
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.05


def test_gradients_reach_every_parameter_and_are_numbers(network: Detector, batch: tuple[Windows, Array]) -> None:
    loss_of(network, *batch).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name


def test_padding_is_not_looked_at(finished: Finished, prepared: Prepared) -> None:
    windows = _short(prepared)
    ensemble, rng = finished.model.ensemble, np.random.default_rng(1)
    empty = windows.mask == 0
    numbers, street = windows.numbers.copy(), windows.street.copy()
    numbers[empty] = rng.normal(5, 3, size=(int(empty.sum()), numbers.shape[-1]))
    street[empty] = rng.integers(0, 4, size=int(empty.sum()))
    assert np.array_equal(ensemble.score(replace(windows, numbers=numbers, street=street)), ensemble.score(windows))


def test_what_was_played_is_looked_at(finished: Finished, prepared: Prepared) -> None:
    windows = _short(prepared)
    numbers = windows.numbers.copy()
    numbers[windows.mask > 0] += 1.0
    ensemble = finished.model.ensemble
    assert (ensemble.score(replace(windows, numbers=numbers)) != ensemble.score(windows)).all()


def test_the_future_never_reaches_the_past(finished: Finished, prepared: Prepared) -> None:
    windows = prepared.test.windows.rows(np.flatnonzero(prepared.test.windows.mask.sum(axis=1) == WINDOW)[:8])
    numbers, action = windows.numbers.copy(), windows.action.copy()
    numbers[:, 40:] += 1.0
    action[:, 40:] = 4 - action[:, 40:]
    now = finished.model.ensemble.running(windows)
    then = finished.model.ensemble.running(replace(windows, numbers=numbers, action=action))
    assert np.allclose(now[:, :40], then[:, :40], atol=1e-6)
    assert not np.isclose(now[:, -1], then[:, -1], atol=1e-6).any()


def test_suspicion_after_the_last_action_is_the_score(finished: Finished, prepared: Prepared) -> None:
    windows = prepared.test.windows.rows(np.arange(30))
    last = windows.mask.sum(axis=1).astype(int) - 1
    running = finished.model.ensemble.running(windows)
    assert np.allclose(running[np.arange(30), last], finished.model.ensemble.score(windows), atol=1e-5)


def _short(prepared: Prepared) -> Windows:
    """Accounts with a part of their window empty."""
    windows = prepared.test.windows
    return windows.rows(np.flatnonzero(windows.mask.sum(axis=1) < WINDOW - 10)[:32])
