"""The ensemble: trained on few labels, calibrated, with its limits; its file can hold nothing but numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from {{ cookiecutter.package }}.artefact import seal, unseal
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import ModelConfig
from {{ cookiecutter.package }}.features import CONTEXT, NUMBERS, WINDOW, Windows
from {{ cookiecutter.package }}.limits import Limits
from {{ cookiecutter.package }}.network import Batch, Detector

_WEIGHTS = "weights.npz"

BLOCK = 64
"""Rows are scored in blocks of just this many: the same row gives the same bits, alone or among thousands."""

_INPUTS = {"window": WINDOW, "numbers": list(NUMBERS), "context": list(CONTEXT)}


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Several networks of equal shape; where they disagree, little was there to learn from."""

    members: tuple[Detector, ...]

    def scores(self, windows: Windows) -> Array:
        """Log-odds by each member, members × rows."""
        return np.stack([_scored(member, windows) for member in self.members])

    def score(self, windows: Windows) -> Array:
        """The mean log-odds, one a row."""
        return np.asarray(self.scores(windows).mean(axis=0))

    def running(self, windows: Windows) -> Array:
        """The mean log-odds after each action, rows × steps."""
        with torch.no_grad():
            found = [member.running(Batch(windows)).numpy() for member in self.members]
        return np.asarray(np.mean(found, axis=0))


@dataclass(frozen=True, slots=True)
class Model:
    """An ensemble with its calibration, the limits it decides by, and the labelled accounts it has learned from."""

    ensemble: Ensemble
    slope: float
    offset: float
    limits: Limits
    version: str
    configuration: str

    def probability(self, score: Array) -> Array:
        """The calibrated probability of a bot for mean log-odds."""
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * score + self.offset))))


def fit(windows: Windows, bot: Array, config: ModelConfig, *, seed: int, threads: int) -> Ensemble:
    """Networks for labelled windows; the same seed gives the same weights, bit by bit, on the same build of torch."""
    torch.set_num_threads(threads)
    return Ensemble(tuple(member(windows, bot, config, seed=seed, number=one) for one in range(config.members)))


def order(bot: Array, config: ModelConfig, *, seed: int) -> Iterator[list[Array]]:
    """For each round its batches, as positions: half bots, half people, in a new order every time.

    Rounds are equally long however many labels there are: more labels mean more to see, not longer training.
    """
    rng = np.random.default_rng(seed)
    bots, people = np.flatnonzero(bot == 1), np.flatnonzero(bot == 0)
    if not len(bots) or not len(people):
        raise ValueError("labels of both kinds are needed: confirmed bots and cleared people")
    half = config.batch // 2
    for _ in range(config.rounds):
        drawn = [_cycled(rng, group, config.steps * half) for group in (bots, people)]
        yield [np.concatenate([group[at : at + half] for group in drawn]) for at in range(0, config.steps * half, half)]


def member(windows: Windows, bot: Array, config: ModelConfig, *, seed: int, number: int) -> Detector:
    """One network of the ensemble; it needs nothing of the others."""
    seed += 1_000 * number
    torch.manual_seed(seed)
    network = Detector(config.hidden, config.dropout)
    network.standardise(Batch(windows))
    rounds = list(order(bot, config, seed=seed))
    steps = config.rounds * config.steps
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=config.learning_rate, total_steps=steps)
    rng = np.random.default_rng(seed)
    network.train()
    for batches in rounds:
        for rows in batches:
            optimiser.zero_grad()
            torch.autograd.backward(loss_of(network, _cut(rng, windows.rows(rows)), bot[rows]))
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return network.eval()


def loss_of(network: Detector, windows: Windows, bot: Array) -> torch.Tensor:
    """Binary cross-entropy of a batch."""
    wanted = torch.from_numpy(bot.astype(np.float32))
    return nn.functional.binary_cross_entropy_with_logits(network(Batch(windows)), wanted)


def _cut(rng: np.random.Generator, windows: Windows) -> Windows:
    """Some of the windows cut short at their end, as if they had been looked at earlier: more to learn from."""
    length = windows.mask.sum(axis=1)
    kept = length * rng.uniform(0.6, 1.0, size=len(length))
    mask = windows.mask * (np.arange(windows.mask.shape[1]) < kept[:, None])
    return replace(windows, mask=mask.astype(np.float32))


def _cycled(rng: np.random.Generator, group: Array, count: int) -> Array:
    rounds = -(-count // len(group))
    return np.concatenate([rng.permutation(group) for _ in range(rounds)])[:count]


def _scored(network: Detector, windows: Windows) -> Array:
    """Log-odds of all rows, in blocks of equal size; the last is filled up by repeating its last row."""
    count = len(windows)
    filled = np.minimum(np.arange(-(-count // BLOCK) * BLOCK), count - 1)
    with torch.no_grad():
        parts = [network(Batch(windows.rows(filled[at : at + BLOCK]))).numpy() for at in range(0, len(filled), BLOCK)]
    return np.concatenate(parts)[:count].astype(np.float64) if parts else np.zeros(0)


def save(model: Model, folder: Path, *, reference: dict[str, Any]) -> str:
    """Write the model and its monitoring `reference`; returns the digest that identifies both."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        f"{number}.{name}": value.numpy()
        for number, member in enumerate(model.ensemble.members)
        for name, value in member.state_dict().items()
    }
    np.savez(folder / _WEIGHTS, **weights)
    document = {
        "inputs": _INPUTS,
        "members": len(model.ensemble.members),
        "hidden": model.ensemble.members[0].suspicion.in_features,
        "calibration": {"slope": model.slope, "offset": model.offset},
        "limits": asdict(model.limits),
        "version": model.version,
        "configuration": model.configuration,
        "reference": reference,
    }
    return seal(folder, document, beside=_WEIGHTS)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The model in `folder` and its monitoring reference. Raises `UnusableModel` unless it is just what was saved."""
    document = unseal(folder, beside=_WEIGHTS, inputs=_INPUTS)
    with np.load(folder / _WEIGHTS, allow_pickle=False) as weights:
        members = tuple(_member(dict(weights), number, document["hidden"]) for number in range(document["members"]))
    calibration, limits = document["calibration"], Limits(**document["limits"])
    version, configuration = document["version"], document["configuration"]
    model = Model(Ensemble(members), calibration["slope"], calibration["offset"], limits, version, configuration)
    return model, document["reference"]


def _member(weights: dict[str, Array], number: int, hidden: int) -> Detector:
    network = Detector(hidden)
    mine = {name.partition(".")[2]: value for name, value in weights.items() if name.startswith(f"{number}.")}
    network.load_state_dict({name: torch.from_numpy(value) for name, value in mine.items()})
    return network.eval()
