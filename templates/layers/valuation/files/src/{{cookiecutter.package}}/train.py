"""From tables to a fitted model: features, rolling origins, ordered training, calibration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }} import monitor
from {{ cookiecutter.package }}.batches import Batch, Sales, in_order
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.config import Config, ModelConfig
from {{ cookiecutter.package }}.engine import sales_and_evidence
from {{ cookiecutter.package }}.features import NAMES, FeatureTable
from {{ cookiecutter.package }}.model import Model, Scale
from {{ cookiecutter.package }}.network import Members, loss
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.split import Origin, origins


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything training needs, one entry a sale in order of time: inputs, price, and which may be learned from."""

    tables: Mapping[str, Columns]
    features: FeatureTable
    price_eur: Array
    registered_on: Array
    plausible: Array
    origins: list[Origin]

    @property
    def target(self) -> Array:
        """The logarithm of price over area times index."""
        return np.log(self.price_eur / self.features.base_eur)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The networks, the digest of the deeds in the order in which they were seen, and the loss, by epoch."""

    members: Members
    order: list[str]
    losses: list[float]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with what its training showed."""

    model: Model
    fitted: Fitted


def prepare(tables: Mapping[str, Columns], config: Config) -> Prepared:
    """Features of all sales as they stood on their day, and the periods of each origin."""
    features, evidence = sales_and_evidence(tables, config)
    by_deed = take(tables["deeds"], np.argsort(tables["deeds"]["deed"], kind="stable"))
    deeds = take(by_deed, np.searchsorted(by_deed["deed"], features.subject))
    plausible = np.isin(features.subject, evidence)
    periods = origins(features.at, deeds["registered_on"], plausible, config.split)
    return Prepared(tables, features, deeds["price_eur"], deeds["registered_on"], plausible, periods)


def train(prepared: Prepared, origin: Origin, config: Config, *, version: str) -> Trained:
    """A model fitted on what was known at an origin, its intervals calibrated on the year before deployment."""
    values, target = prepared.features.values, prepared.target
    scale = models.fit_scale(values[origin.train], target[origin.train])
    fitted = fit(sales(prepared, origin.train, scale), config.model, seed=config.seed)
    bare = Model(fitted.members, scale, models.Widths(0.0, 0.0, 0), version, config.digest())
    later = origin.calibration
    found = bare.predict(values[later])
    reach = models.widths(found, target[later], prepared.features.near_sales[later], config.interval)
    return Trained(Model(fitted.members, scale, reach, version, config.digest()), fitted)


def sales(prepared: Prepared, rows: Array, scale: Scale) -> Sales:
    """Sales as the networks see them, in the order of `rows`."""
    target = (prepared.target[rows] - scale.target_mean) / scale.target_deviation
    return Sales(
        torch.from_numpy(prepared.features.subject[rows].astype(np.int64)),
        torch.from_numpy(scale.inputs(prepared.features.values[rows])),
        torch.from_numpy(target.astype(np.float32)),
    )


def fit(known: Sales, config: ModelConfig, *, seed: int) -> Fitted:
    """Networks trained on batches in order of time; bit-equal for equal seeds and threads."""
    torch.manual_seed(seed)
    torch.set_num_threads(config.threads)
    members = Members(config.members, len(NAMES), config.hidden)
    optimiser = torch.optim.AdamW(members.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.epochs)
    order, losses = [], []
    for _ in range(config.epochs):
        members.train()
        seen: list[int] = []
        total = 0.0
        for batch in _batches(known, config):
            optimiser.zero_grad()
            expected, log_variance = members(batch.inputs)
            missed = loss(expected, log_variance, batch.target)
            torch.autograd.backward(missed)
            torch.nn.utils.clip_grad_norm_(members.parameters(), config.max_gradient)
            optimiser.step()
            seen += batch.deed.tolist()
            total += float(missed.detach()) * len(batch.deed)
        schedule.step()
        order.append(digest(seen))
        losses.append(total / len(seen))
    return Fitted(members, order, losses)


def _batches(known: Sales, config: ModelConfig) -> Iterator[Batch]:
    return iter(in_order(known, size=config.batch_size))


def reference(prepared: Prepared, origin: Origin, model: Model, config: Config) -> monitor.Reference:
    """What is normal, from the year before deployment, which the model has not been fitted on."""
    recent = prepared.features.rows(origin.calibration)
    found = model.predict(recent.values)
    return monitor.describe(recent, found, prepared.target[origin.calibration], config.monitor)
