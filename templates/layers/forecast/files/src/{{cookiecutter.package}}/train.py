"""Training: scale, check what the code can hold, then fit reconstruction and forecast together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from {{ cookiecutter.package }} import baseline, information, intervals
from {{ cookiecutter.package }}.baseline import Baseline, scaled
from {{ cookiecutter.package }}.batches import Batch, batches
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.engine import ALONE, Place, each_block
from {{ cookiecutter.package }}.features import Region, Scene, anomaly, scene
from {{ cookiecutter.package }}.fields import Archive, Array
from {{ cookiecutter.package }}.information import Layer
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.network import Forecaster, initialised
from {{ cookiecutter.package }}.scaling import Scaling, in_blocks, measure
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
    with each_block(config.engine) as each:
        scaling = measure(archive, hours, block=config.engine.block_hours, each=each)
        region = Region.of(archive, radius=config.features.station_radius_cells)
        blank = Prepared(archive, periods, region, scaling, Baseline(()))
        # Every fourth hour: neighbours hardly differ.
        blocks = in_blocks(origins(blank, config)[::4], config.engine.block_hours)
        return Prepared(archive, periods, region, scaling, baseline.fit(each(partial(_sums, blank), blocks)))


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
    losses = fitted(network, prepared, config)
    longest = max(config.forecast.leads_h)
    model = Model(
        network=network.eval(), scaling=prepared.scaling, baseline=prepared.baseline, longest=longest,
        spread=intervals.UNKNOWN, version=version, configuration=config.digest(),
    )  # fmt: skip
    spread = intervals.measure(model, prepared, config)
    return Trained(model.with_spread(spread), found, losses)


def fitted(network: Forecaster, prepared: Prepared, config: Config) -> list[float]:
    """Train in place, as the configured engine does it; returns the loss of each step."""
{%- if "torchrun" in cookiecutter.layers %}
    if config.engine.engine == "torchrun":
        from {{ cookiecutter.package }} import torchrun_fit  # it imports this module

        return torchrun_fit.fit(network, prepared, config)
{%- endif %}
    return list(fit(network, prepared, config))


def fit(network: Forecaster, prepared: Prepared, config: Config, *, place: Place = ALONE) -> Iterator[float]:
    """Train in place, and yield the loss of each step; of several processes each takes its share of every batch."""
    settings = config.model
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, total_steps=settings.steps)
    network.train()
    for tensors in samples(prepared, config, place=place):
        value = loss(network, *tensors, image_weight=settings.image_weight, place=place)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        place.add_up(network)
        optimiser.step()
        rate.step()
        yield float(place.total(value.detach()))


def loss(
    network: Forecaster, scenes: Tensor, age: Tensor, wind: Tensor, image: Tensor, seen: Tensor, *,
    image_weight: float, place: Place = ALONE,
) -> Tensor:  # fmt: skip
    """Mean squared error of the wind that advection misses, plus that of the image where the satellite looked.

    The means are over the whole batch: what each of several processes says of its share adds up to its loss.
    """
    outputs: Tensor = network(scenes, age)
    share = len(wind) / float(place.total(torch.tensor(float(len(wind)))))
    of_wind = (outputs[:, 0] - wind).square().mean() * share
    of_image = ((outputs[:, 1] - image).square() * seen).sum() / place.total(seen.sum()).clamp(min=1)
    return torch.as_tensor(of_wind + image_weight * of_image)


def samples(
    prepared: Prepared, config: Config, *, place: Place = ALONE
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor, Tensor]]:
    """The batches, or a process's shares of them, as tensors: scenes, ages, wind beyond advection, image, where seen.

    Scenes of one buffer are kept.
    """
    held: dict[int, Scene] = {}
    reads = (-1, -1)
    for whole in batches(origins(prepared, config), config):
        batch = whole.share(place)
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


def _sums(prepared: Prepared, hours: Array) -> tuple[Array, Array]:
    return baseline.sums((prepared.scene(hour), prepared.wind(hour)) for hour in hours.tolist())
