"""Training: scale, check what the code can hold, then fit reconstruction and forecast together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from {{ cookiecutter.package }} import baseline, information, intervals
from {{ cookiecutter.package }}.baseline import Baseline, scaled
from {{ cookiecutter.package }}.batches import Batch, batches
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import Region, Scene, anomaly, scene
from {{ cookiecutter.package }}.fields import Archive, Array
from {{ cookiecutter.package }}.information import Layer
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.network import Forecaster, initialised
from {{ cookiecutter.package }}.scaling import Scaling, measure
from {{ cookiecutter.package }}.split import Split, split

PROBED = 24
"""Scenes by which the encoder is probed before training."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything training needs that is the same for every network."""

    archive: Archive
    split: Split
    region: Region
    scaling: Scaling
    baseline: Baseline

    def scene(self, hour: int) -> Scene:
        """The scene of one hour, read from the archive."""
        before, now = self.archive.snapshot(hour - 1), self.archive.snapshot(hour)
        return scene(before, now, self.region, self.scaling)

    def wind(self, hour: int) -> Array:
        """The reanalysed wind of one hour, in standard deviations."""
        return scaled(np.asarray(self.archive.reanalysis[hour]), self.scaling)


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, what its layers held before training, and the loss of every step."""

    model: Model
    layers: list[Layer]
    losses: list[float]


def prepare(archive: Archive, config: Config) -> Prepared:
    """Periods, region, scaling and baseline: whatever is learned from data, from the training period alone."""
    periods = split(archive.hours, config.split)
    hours = np.arange(periods.train.begins, periods.train.ends)
    scaling = measure(archive, hours, block=config.engine.block_hours)
    region = Region.of(archive, radius=config.features.station_radius_cells)
    blank = Prepared(archive, periods, region, scaling, Baseline(()))
    return Prepared(archive, periods, region, scaling, baseline.fit(_samples(blank, config)))


def origins(prepared: Prepared, config: Config) -> Array:
    """The hours from which the network learns to forecast."""
    return prepared.split.train.origins(longest=max(config.forecast.leads_h))


def train(prepared: Prepared, config: Config, *, version: str) -> Trained:
    """A model fitted on the training period, with intervals from the one after it.

    Raises `TooNarrow` before the first step where the encoder cannot hold the image.
    """
    torch.set_num_threads(config.engine.threads)
    network = initialised(seed=config.seed)
    learned = origins(prepared, config)
    probed = np.random.default_rng(0).choice(learned, size=min(PROBED, len(learned)), replace=False)
    found = information.layers(network.fields, [prepared.scene(int(hour)).channels for hour in probed])
    information.require(found, config.information)
    losses = list(fit(network, prepared, config))
    longest = max(config.forecast.leads_h)
    model = Model(
        network=network.eval(), scaling=prepared.scaling, baseline=prepared.baseline, longest=longest,
        spread=intervals.UNKNOWN, version=version, configuration=config.digest(),
    )  # fmt: skip
    spread = intervals.measure(model, prepared, config)
    return Trained(model.with_spread(spread), found, losses)


def fit(network: Forecaster, prepared: Prepared, config: Config) -> Iterator[float]:
    """Train in place, and yield the loss of each step."""
    settings = config.model
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, total_steps=settings.steps)
    network.train()
    for tensors in samples(prepared, config):
        value = loss(network, *tensors, image_weight=settings.image_weight)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rate.step()
        yield float(value.detach())


def loss(
    network: Forecaster, scenes: Tensor, age: Tensor, wind: Tensor, image: Tensor, seen: Tensor, *, image_weight: float
) -> Tensor:
    """Mean squared error of the wind that advection misses, plus that of the image where the satellite looked."""
    outputs: Tensor = network(scenes, age)
    of_wind = (outputs[:, 0] - wind).square().mean()
    of_image = ((outputs[:, 1] - image).square() * seen).sum() / seen.sum().clamp(min=1)
    return torch.as_tensor(of_wind + image_weight * of_image)


def samples(prepared: Prepared, config: Config) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor, Tensor]]:
    """The batches as tensors: scenes, ages, wind beyond advection, image, and where it was seen.

    Scenes of one buffer are kept.
    """
    held: dict[int, Scene] = {}
    reads = (-1, -1)
    for batch in batches(origins(prepared, config), config):
        if batch.reads != reads:
            held, reads = {}, batch.reads
        for hour in batch.hours.tolist():
            if hour not in held:
                held[hour] = prepared.scene(hour)
        yield _tensors(batch, held, prepared, longest=max(config.forecast.leads_h))


def _tensors(
    batch: Batch, held: dict[int, Scene], prepared: Prepared, *, longest: int
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    pairs = list(zip(batch.hours.tolist(), batch.leads.tolist(), strict=True))
    images = [anomaly(np.asarray(prepared.archive.satellite[hour + lead]), prepared.scaling) for hour, lead in pairs]
    parts = (
        np.stack([held[hour].at(lead) for hour, lead in pairs]),
        batch.leads / longest,
        np.stack([prepared.wind(hour + lead) - prepared.baseline.advection(held[hour], lead) for hour, lead in pairs]),
        np.stack([image for image, _ in images]),
        np.stack([seen for _, seen in images]),
    )
    scenes, age, wind, image, seen = (torch.from_numpy(part.astype(np.float32)) for part in parts)
    return scenes, age, wind, image, seen


def _samples(prepared: Prepared, config: Config) -> Iterator[tuple[Scene, Array]]:
    """Every fourth hour of training: neighbours hardly differ."""
    for hour in origins(prepared, config)[::4].tolist():
        yield prepared.scene(hour), prepared.wind(hour)
