"""Two real processes that meet over gloo train the ensemble that one process trains, bit by bit.

`python3 project.py scale` runs these.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

from {{ cookiecutter.package }} import config, torchrun, train
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Ensemble
from {{ cookiecutter.package }}.train import Prepared


@pytest.fixture(scope="module")
def here(settings: Config) -> Config:
    """A short training of three networks in this process: two processes cannot share them out evenly."""
    return settings.model_copy(update={"model": settings.model.model_copy(update={"members": 3, "rounds": 2})})


@pytest.fixture(scope="module")
def distributed(here: Config) -> Config:
    """The same, switched to torchrun."""
    switched = config.load(Path(__file__).parents[2] / "conf", engine="torchrun")
    return here.model_copy(update={"engine": switched.engine})


@pytest.fixture(scope="module")
def alone(prepared: Prepared, here: Config) -> Ensemble:
    """What one process trains."""
    return train.fit(prepared, here)


def test_there_are_two_processes_and_neither_is_this_one(distributed: Config) -> None:
    processes = torchrun.launch(_everybody, processes=distributed.engine.threads)
    assert len(set(processes)) == 2
    assert os.getpid() not in processes


def test_with_the_switch_set_every_network_is_the_same_bit_by_bit(
    prepared: Prepared, alone: Ensemble, distributed: Config
) -> None:
    together = train.fit(prepared, distributed)
    assert len(together.members) == len(alone.members) == 3
    for one, other in zip(alone.members, together.members, strict=True):
        assert one.state_dict().keys() == other.state_dict().keys()
        for name, weight in one.state_dict().items():
            assert torch.equal(weight, other.state_dict()[name]), name
    windows = prepared.test.windows
    assert (together.scores(windows) == alone.scores(windows)).all()


def test_the_networks_differ_from_each_other(alone: Ensemble) -> None:
    """So that networks given out in another order would be seen."""
    first, second, third = (network.suspicion.weight for network in alone.members)
    assert not torch.equal(first, second)
    assert not torch.equal(second, third)


def test_a_process_that_fails_ends_all_of_them(distributed: Config) -> None:
    with pytest.raises(ChildFailedError):
        torchrun.launch(_unlucky, processes=distributed.engine.threads)


def _everybody() -> list[int]:
    found: list[int] = [0] * dist.get_world_size()
    dist.all_gather_object(found, os.getpid())
    return found


def _unlucky() -> None:
    if dist.get_rank() == 1:
        raise RuntimeError("out of luck")
    dist.barrier()
