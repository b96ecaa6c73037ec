"""The ensemble in several processes: each trains its share of the networks, and hands their weights to all."""

from __future__ import annotations

import torch
import torch.distributed as dist

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }} import torchrun
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config, ModelConfig
from {{ cookiecutter.package }}.features import Windows
from {{ cookiecutter.package }}.model import Ensemble
from {{ cookiecutter.package }}.network import Detector

Weights = dict[str, Array]


def fit(windows: Windows, bot: Array, config: Config) -> Ensemble:
    """The networks that one process would train, in the same order."""
    found = torchrun.launch(share_out, windows, bot, config.model, config.seed, processes=config.engine.threads)
    return Ensemble(tuple(_network(weights, config.model) for weights in found))


def share_out(windows: Windows, bot: Array, config: ModelConfig, seed: int) -> list[Weights]:
    """Train every so-manieth network here, and return the weights of all."""
    rank, processes = dist.get_rank(), dist.get_world_size()
    own = {
        number: _weights(models.member(windows, bot, config, seed=seed, number=number))
        for number in range(rank, config.members, processes)
    }
    everybody: list[dict[int, Weights]] = [{} for _ in range(processes)]
    dist.all_gather_object(everybody, own)
    trained = {number: weights for share in everybody for number, weights in share.items()}
    return [trained[number] for number in range(config.members)]


def _weights(network: Detector) -> Weights:
    return {name: value.detach().numpy() for name, value in network.state_dict().items()}


def _network(weights: Weights, config: ModelConfig) -> Detector:
    network = Detector(config.hidden, config.dropout)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return network.eval()
