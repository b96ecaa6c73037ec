"""Training of the content tower: on warm items, in an order that differs by epoch, in one process or several."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor
from torch.utils.data import DistributedSampler, TensorDataset

from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import TowerConfig
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.tower import Tower, tensors


@dataclass(frozen=True, slots=True)
class Lessons:
    """Warm items: their media, the factors that plays gave them, and how much each counts."""

    media: Media
    factors: Array
    weight: Array


@dataclass(frozen=True, slots=True)
class Place:
    """Which of how many processes this is; each takes its share of every batch."""

    rank: int = 0
    workers: int = 1


def order(items: Array, config: TowerConfig, *, seed: int, place: Place = Place()) -> Iterator[list[int]]:
    """Positions in the order in which a process sees them, one list an epoch; all processes together see every item."""
    rows = TensorDataset(torch.arange(len(items)))
    # The sampler adds the epoch to its seed: seeds next to each other would share all orders but one.
    apart = seed * 10_000
    sampler: DistributedSampler[int] = DistributedSampler(
        rows, num_replicas=place.workers, rank=place.rank, shuffle=True, seed=apart
    )
    for epoch in range(config.epochs):
        sampler.set_epoch(epoch)
        yield list(sampler)


def order_digest(items: Array, config: TowerConfig, *, seed: int) -> list[str]:
    """SHA-256 of the items' ids in the order in which the tower sees them, one an epoch."""
    return [digest(items[positions].tolist()) for positions in order(items, config, seed=seed)]


def fit(lessons: Lessons, config: TowerConfig, *, seed: int, place: Place = Place()) -> Tower:
    """A tower fitted to the factors. Several processes average their gradients and end with the same tower."""
    torch.manual_seed(seed)
    tower = Tower(channels=config.channels, factors=lessons.factors.shape[1]).train()
    optimizer = torch.optim.AdamW(tower.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    image, audio = tensors(lessons.media)
    target, weight = torch.from_numpy(lessons.factors).float(), torch.from_numpy(lessons.weight).float()
    share = config.batch // place.workers
    steps = config.epochs * math.ceil(math.ceil(len(weight) / place.workers) / share)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config.learning_rate, total_steps=steps)
    for positions in order(lessons.media.item, config, seed=seed, place=place):
        for begin in range(0, len(positions), share):
            rows = torch.tensor(positions[begin : begin + share])
            optimizer.zero_grad()
            torch.autograd.backward(loss(tower(image[rows], audio[rows]), target[rows], weight[rows]))
            _average_gradients(tower, place)
            optimizer.step()
            schedule.step()
    return tower.eval()


def loss(found: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted squared error per item; an average of items, so that shares of a batch average to the whole."""
    return (weight * (found - target).square().sum(dim=1)).mean()


def _average_gradients(tower: Tower, place: Place) -> None:
    if place.workers == 1:
        return
    for parameter in tower.parameters():
        if parameter.grad is not None:
            dist.all_reduce(parameter.grad)
            parameter.grad /= place.workers
