"""The network's training in several processes: the same batches, shared out, and the sum of their gradients."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor, nn

from {{ cookiecutter.package }} import torchrun, train
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.fields import Array
from {{ cookiecutter.package }}.network import Forecaster
from {{ cookiecutter.package }}.train import Prepared

Weights = dict[str, Array]


class Group:
    """All processes that train together."""

    def __init__(self) -> None:
        self.rank, self.workers = dist.get_rank(), dist.get_world_size()

    def total(self, value: Tensor) -> Tensor:
        """The sum of a value over all processes."""
        summed = value.clone()
        dist.all_reduce(summed)
        return summed

    def add_up(self, network: nn.Module) -> None:
        """Give each weight the sum of its gradients, all in one message."""
        gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
        flat = torch.cat([gradient.ravel() for gradient in gradients])
        dist.all_reduce(flat)
        parts = flat.split([gradient.numel() for gradient in gradients])  # type: ignore[no-untyped-call]
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))


def fit(network: Forecaster, prepared: Prepared, config: Config) -> list[float]:
    """Train in place; each process reads its own share of the archive. Returns the loss of each step."""
    found, losses = torchrun.launch(_train, weights(network), prepared, config, processes=config.engine.threads)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in found.items()})
    return losses


def weights(network: nn.Module) -> Weights:
    """The network's weights as plain arrays."""
    return {name: value.detach().numpy() for name, value in network.state_dict().items()}


def _train(begin: Weights, prepared: Prepared, config: Config) -> tuple[Weights, list[float]]:
    network = Forecaster()
    network.load_state_dict({name: torch.from_numpy(value) for name, value in begin.items()})
    losses = list(train.fit(network, prepared, config, place=Group()))
    return weights(network), losses
