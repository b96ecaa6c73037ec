"""Two real processes that meet over gloo see the batches that one process sees, and train the tower that it trains.

`python3 project.py scale` runs these.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

from {{ cookiecutter.package }} import config, engine, torchrun, torchrun_fit, tower, tower_fit, train
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config, TowerConfig
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.stages import Ledger
from {{ cookiecutter.package }}.tower import Tower
from {{ cookiecutter.package }}.tower_fit import Lessons, Place
from {{ cookiecutter.package }}.train import Prepared

ITEMS = 65
"""Two processes cannot share them out evenly, and the last batch has a single one."""


@pytest.fixture(scope="module")
def here(settings: Config) -> Config:
    """A short training in this process."""
    return settings.model_copy(update={"tower": settings.tower.model_copy(update={"epochs": 4, "batch": 16})})


@pytest.fixture(scope="module")
def distributed(here: Config) -> Config:
    """The same, switched to torchrun."""
    switched = config.load(Path(__file__).parents[2] / "conf", engine="torchrun")
    return here.model_copy(update={"engine": switched.engine})


@pytest.fixture(scope="module")
def taught(media: Media, here: Config) -> Lessons:
    """Lessons that media cannot explain, of unequal weight."""
    part, rng = Media(media.item[:ITEMS], media.image[:ITEMS], media.audio[:ITEMS]), np.random.default_rng(5)
    return Lessons(part, rng.normal(size=(ITEMS, here.als.factors)), rng.uniform(0.5, 1.5, size=ITEMS))


def test_there_are_two_processes_and_neither_is_this_one(distributed: Config) -> None:
    processes = torchrun.launch(_everybody, processes=distributed.engine.threads)
    assert len(set(processes)) == 2
    assert os.getpid() not in processes


def test_what_both_see_is_together_the_order_on_record(taught: Lessons, here: Config, distributed: Config) -> None:
    items = taught.media.item
    shares = torchrun.launch(_orders, items, here.tower, processes=distributed.engine.threads)
    assert [len(share) for share in shares] == [here.tower.epochs] * 2
    digests = []
    for parts in zip(*shares, strict=True):
        together = np.empty(ITEMS, dtype=np.int64)
        for rank, part in enumerate(parts):
            together[rank::2] = part
        digests.append(digest(items[together].tolist()))
    assert digests == tower_fit.order_digest(items, here.tower, seed=3)
    assert len(set(digests)) == here.tower.epochs


def test_the_gradients_of_a_step_add_up_to_those_of_one_process(taught: Lessons, distributed: Config) -> None:
    found = torchrun.launch(_gradient, taught, processes=distributed.engine.threads)
    whole = _gradient_of(taught, Place()).numpy()
    assert np.allclose(found, whole, rtol=1e-4, atol=1e-6)
    assert np.abs(whole).max() > 0.01


def test_without_adding_up_they_differ(taught: Lessons) -> None:
    """So that the comparison above could fail: half of a batch is not the batch."""
    half, whole = (_gradient_of(taught, place).numpy() for place in (Place(0, 2), Place()))
    assert not np.allclose(half, whole, rtol=1e-4, atol=1e-6)


def test_with_the_switch_set_the_towers_are_those_of_one_process(
    taught: Lessons, here: Config, distributed: Config
) -> None:
    alone, together = (engine.towers(taught, by, members=2) for by in (here, distributed))
    for one, other in zip(alone, together, strict=True):
        for name, value in one.state_dict().items():
            assert torch.allclose(value, other.state_dict()[name], atol=1e-4), name
    first, second, again = (tower.encode([made], taught.media)[0] for made in (*alone, together[0]))
    assert np.abs(first - again).max() < 1e-4
    assert np.abs(first - second).max() > 0.01


def test_a_whole_training_ends_with_a_tower_that_tells_the_same(
    prepared: Prepared, settings: Config, distributed: Config
) -> None:
    """Rounding grows over the steps of all epochs: to at most 0.4 % of what the tower tells, for eight seeds."""
    switched = settings.model_copy(update={"engine": distributed.engine})
    alone, together = (
        train.learn(prepared, by, moment=prepared.periods.test, members=members, ledger=Ledger())
        for by, members in ((settings, 2), (switched, 1))
    )
    assert np.array_equal(together.factors, alone.factors)
    told, other, again = (tower.encode([made], prepared.media)[0] for made in (*alone.towers, *together.towers))
    assert np.linalg.norm(told - again) < 0.05 * np.linalg.norm(told)
    assert np.linalg.norm(told - other) > 0.1 * np.linalg.norm(told), "another start: another tower"


def test_a_process_that_fails_ends_all_of_them(distributed: Config) -> None:
    with pytest.raises(ChildFailedError):
        torchrun.launch(_unlucky, processes=distributed.engine.threads)


def _everybody() -> list[int]:
    found: list[int] = [0] * dist.get_world_size()
    dist.all_gather_object(found, os.getpid())
    return found


def _orders(items: Array, config: TowerConfig) -> list[list[list[int]]]:
    """The epochs of every process."""
    found: list[list[list[int]]] = [[] for _ in range(dist.get_world_size())]
    dist.all_gather_object(found, list(tower_fit.order(items, config, seed=3, place=torchrun_fit.here())))
    return found


def _gradient(taught: Lessons) -> Array:
    return _gradient_of(taught, torchrun_fit.here()).numpy()


def _gradient_of(taught: Lessons, place: Place) -> torch.Tensor:
    """The gradient of all lessons as one batch, as far as a process knows it."""
    torch.manual_seed(3)
    fresh = Tower(channels=4, factors=taught.factors.shape[1])
    image, audio = tower.tensors(taught.media)
    target, weight = torch.from_numpy(taught.factors).float(), torch.from_numpy(taught.weight).float()
    own = slice(place.rank, None, place.workers)
    loss = tower_fit.loss(fresh(image[own], audio[own]), target[own], weight[own], of=ITEMS)
    torch.autograd.backward(loss)
    place.add_up(fresh)
    return torch.cat([parameter.grad.ravel() for parameter in fresh.parameters() if parameter.grad is not None])


def _unlucky() -> None:
    if dist.get_rank() == 1:
        raise RuntimeError("out of luck")
    dist.barrier()
