"""Training learns, from where theory says it starts: loss at start, gradients everywhere, one batch by heart."""

from __future__ import annotations

import math

import pytest
import torch

from {{ cookiecutter.package }}.batches import Batch, in_order
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.network import Members, loss
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared, sales


@pytest.fixture
def batch(prepared: Prepared, newest: Origin, finished: Finished, settings: Config) -> Batch:
    """The first batch of the newest origin."""
    known = sales(prepared, newest.train, finished.model.scale)
    return next(iter(in_order(known, size=settings.model.batch_size)))


@pytest.fixture
def members(settings: Config) -> Members:
    """Networks nobody has trained."""
    torch.manual_seed(settings.seed)
    return Members(settings.model.members, len(NAMES), settings.model.hidden)


def test_the_loss_starts_where_theory_says(
    members: Members, prepared: Prepared, newest: Origin, finished: Finished
) -> None:
    """Knowing nothing, each expects the mean, with variance one: half the mean square of a scaled target."""
    known = sales(prepared, newest.train, finished.model.scale)
    assert float(loss(*members(known.inputs), known.target).detach()) == pytest.approx(0.5, abs=0.02)


def test_gradients_reach_every_weight_of_every_member(members: Members, batch: Batch) -> None:
    loss(*members(batch.inputs), batch.target).backward()
    for name, weight in members.named_parameters():
        assert weight.grad is not None, name
        assert torch.isfinite(weight.grad).all(), name
        assert (weight.grad.flatten(1).abs().sum(dim=1) > 0).all(), name


def test_one_batch_can_be_learned_by_heart(members: Members, batch: Batch) -> None:
    few = Batch(batch.deed[:32], batch.inputs[:32], batch.target[:32])
    optimiser = torch.optim.Adam(members.parameters(), lr=0.005)
    for _ in range(400):
        optimiser.zero_grad()
        missed = loss(*members(few.inputs), few.target)
        missed.backward()
        optimiser.step()
    expected, _ = members(few.inputs)
    assert float(missed.detach()) < -0.8
    assert float((expected - few.target).detach().abs().mean()) < 0.2


def test_the_loss_falls_and_is_never_nan(finished: Finished) -> None:
    for trained in finished.trained:
        losses = trained.fitted.losses
        assert all(map(math.isfinite, losses))
        assert losses[-1] < losses[0] - 0.1
        assert losses[-1] < min(losses) + 0.02


def test_members_are_different_networks(finished: Finished) -> None:
    weight = finished.model.members.first.weight.detach()
    assert all(not torch.equal(weight[0], other) for other in weight[1:])
