"""The towers' training in several processes: the same batches, shared out, and the sum of their gradients."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.distributed as dist

from {{ cookiecutter.package }} import torchrun, tower_fit
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config, TowerConfig
from {{ cookiecutter.package }}.tower import Tower
from {{ cookiecutter.package }}.tower_fit import Lessons, Place

Weights = dict[str, Array]


class Group(Place):
    """One of all processes that train together."""

    def add_up(self, tower: Tower) -> None:
        """The sum of the gradients, all in one message."""
        gradients = [weight.grad for weight in tower.parameters() if weight.grad is not None]
        flat = torch.cat([gradient.ravel() for gradient in gradients])
        dist.all_reduce(flat)
        parts = flat.split([gradient.numel() for gradient in gradients])  # type: ignore[no-untyped-call]
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))


def here() -> Group:
    """This process's place among those that have met."""
    return Group(dist.get_rank(), dist.get_world_size())


def fit(lessons: Lessons, config: Config, seeds: Sequence[int]) -> tuple[Tower, ...]:
    """A tower a seed, one after the other, each by all processes."""
    found = torchrun.launch(_train, lessons, config.tower, seeds, processes=config.engine.threads)
    return tuple(_tower(weights, config.tower, factors=lessons.factors.shape[1]) for weights in found)


def _train(lessons: Lessons, config: TowerConfig, seeds: Sequence[int]) -> list[Weights]:
    return [_weights(tower_fit.fit(lessons, config, seed=seed, place=here())) for seed in seeds]


def _weights(tower: Tower) -> Weights:
    return {name: value.detach().numpy() for name, value in tower.state_dict().items()}


def _tower(weights: Weights, config: TowerConfig, *, factors: int) -> Tower:
    tower = Tower(channels=config.channels, factors=factors)
    tower.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return tower.eval()
