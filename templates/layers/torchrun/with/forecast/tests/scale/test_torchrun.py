"""Two real processes that meet over gloo train the network that one process trains.

`python3 project.py scale` runs these.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

from {{ cookiecutter.package }} import config, torchrun, train
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.network import initialised
from {{ cookiecutter.package }}.torchrun_fit import Group, Weights
from {{ cookiecutter.package }}.train import Prepared

STEPS = 12


@pytest.fixture(scope="module")
def here(changed: Callable[..., Config]) -> Config:
    """A short training in this process."""
    return changed(seed=7, steps=STEPS)


@pytest.fixture(scope="module")
def distributed(here: Config) -> Config:
    """The same, switched to torchrun."""
    switched = config.load(Path(__file__).parents[2] / "conf", engine="torchrun")
    return here.model_copy(update={"engine": switched.engine})


def test_there_are_two_processes_and_neither_is_this_one(distributed: Config) -> None:
    processes = torchrun.launch(_everybody, processes=distributed.engine.threads)
    assert len(set(processes)) == 2
    assert os.getpid() not in processes


def test_the_gradients_of_a_step_add_up_to_those_of_one_process(
    prepared: Prepared, here: Config, distributed: Config
) -> None:
    batches = train.samples(prepared, here)
    batch = next(each for each in batches if 0 < float(each[-1].mean()) < 1)
    network = initialised(seed=3)
    train.loss(network, *batch, image_weight=1.0).backward()  # type: ignore[no-untyped-call]
    expected = {name: weight.grad.numpy() for name, weight in network.named_parameters() if weight.grad is not None}
    arrays = [part.numpy() for part in batch]
    found = torchrun.launch(_gradients, arrays, processes=distributed.engine.threads)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert np.allclose(found[name], gradient, rtol=1e-4, atol=1e-6), name
    assert max(float(np.abs(gradient).max()) for gradient in expected.values()) > 0.01


def test_without_adding_up_the_gradients_differ(prepared: Prepared, here: Config) -> None:
    """So that the comparison above could fail: half of a batch is not the batch."""
    whole = next(train.samples(prepared, here))
    half = next(train.samples(prepared, here, place=_Half()))
    assert len(half[0]) * 2 == len(whole[0])
    found = []
    for batch in (whole, half):
        network = initialised(seed=3)
        train.loss(network, *batch, image_weight=1.0).backward()  # type: ignore[no-untyped-call]
        found.append(torch.cat([weight.grad.ravel() for weight in network.parameters() if weight.grad is not None]))
    assert not torch.allclose(*found, rtol=1e-4, atol=1e-6)


def test_with_the_switch_set_the_steps_and_the_network_are_those_of_one_process(
    prepared: Prepared, here: Config, distributed: Config
) -> None:
    alone, together = initialised(seed=7), initialised(seed=7)
    losses = [train.fitted(network, prepared, by) for network, by in ((alone, here), (together, distributed))]
    assert len(losses[0]) == STEPS
    assert np.allclose(losses[0], losses[1], rtol=1e-3)
    assert losses[0][-1] < losses[0][0]
    begin = initialised(seed=7).state_dict()
    for name, weight in alone.state_dict().items():
        moved = float((weight - begin[name]).norm())
        assert float((weight - together.state_dict()[name]).norm()) < 0.02 * moved + 1e-5, name


def test_a_process_that_fails_ends_all_of_them(distributed: Config) -> None:
    with pytest.raises(ChildFailedError):
        torchrun.launch(_unlucky, processes=distributed.engine.threads)


class _Half:
    """One of two that never hears of the other."""

    rank, workers = 0, 2

    def total(self, value: torch.Tensor) -> torch.Tensor:
        return value

    def add_up(self, network: torch.nn.Module) -> None: ...


def _everybody() -> list[int]:
    found: list[int] = [0] * dist.get_world_size()
    dist.all_gather_object(found, os.getpid())
    return found


def _gradients(arrays: list[np.ndarray]) -> Weights:
    group, network = Group(), initialised(seed=3)
    part = [torch.from_numpy(values[group.rank :: group.workers].copy()) for values in arrays]
    train.loss(network, *part, image_weight=1.0, place=group).backward()  # type: ignore[no-untyped-call]
    group.add_up(network)
    return {name: weight.grad.numpy() for name, weight in network.named_parameters() if weight.grad is not None}


def _unlucky() -> None:
    if dist.get_rank() == 1:
        raise RuntimeError("out of luck")
    dist.barrier()
