"""Training of the content tower: on warm items, in an order that differs by epoch, in one process or several."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
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
    """Which of how many processes this is; each takes its share of every batch. This one is alone."""

    rank: int = 0
    workers: int = 1

    def share(self, count: int) -> int:
        """How many of the first `count` items of an epoch are for this process, which takes every so-manieth."""
        return len(range(self.rank, count, self.workers))

    def add_up(self, tower: Tower) -> None:
        """Give each parameter the sum of its gradients over all processes."""


def order(items: Array, config: TowerConfig, *, seed: int, place: Place = Place()) -> Iterator[list[int]]:
    """Positions in the order in which a process sees them, one list an epoch; all together see every item once."""
    rows = TensorDataset(torch.arange(len(items)))
    # The sampler adds the epoch to its seed: seeds next to each other would share all orders but one.
    apart = seed * 10_000
    sampler: DistributedSampler[int] = DistributedSampler(
        rows, num_replicas=place.workers, rank=place.rank, shuffle=True, seed=apart
    )
    for epoch in range(config.epochs):
        sampler.set_epoch(epoch)
        # What the sampler repeats to make all shares equally long is left out.
        yield list(sampler)[: place.share(len(items))]


def order_digest(items: Array, config: TowerConfig, *, seed: int) -> list[str]:
    """SHA-256 of the items' ids in the order in which the tower sees them, one an epoch."""
    return [digest(items[positions].tolist()) for positions in order(items, config, seed=seed)]


def fit(lessons: Lessons, config: TowerConfig, *, seed: int, place: Place = Place()) -> Tower:
    """A tower fitted to the factors. Several processes add up their gradients and end with the same tower."""
    torch.manual_seed(seed)
    tower = Tower(channels=config.channels, factors=lessons.factors.shape[1]).train()
    optimizer = torch.optim.AdamW(tower.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    image, audio = tensors(lessons.media)
    target, weight = torch.from_numpy(lessons.factors).float(), torch.from_numpy(lessons.weight).float()
    steps = config.epochs * math.ceil(len(weight) / config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config.learning_rate, total_steps=steps)
    for positions in order(lessons.media.item, config, seed=seed, place=place):
        for begin in range(0, len(weight), config.batch):
            end = min(begin + config.batch, len(weight))
            rows = torch.tensor(positions[place.share(begin) : place.share(end)], dtype=torch.int64)
            optimizer.zero_grad()
            torch.autograd.backward(loss(tower(image[rows], audio[rows]), target[rows], weight[rows], of=end - begin))
            place.add_up(tower)
            optimizer.step()
            schedule.step()
    return tower.eval()


def loss(found: Tensor, target: Tensor, weight: Tensor, *, of: int) -> Tensor:
    """Weighted squared error per item of a batch of so many, so that the losses of its shares add up to its own."""
    return (weight * (found - target).square().sum(dim=1)).sum() / of
