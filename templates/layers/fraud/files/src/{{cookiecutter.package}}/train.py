"""Training: tables to features, labels as they stood on the day of deployment, trees, calibration, thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }} import monitor
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.engine import every_feature
from {{ cookiecutter.package }}.features import FeatureTable
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.policy import BLOCK, choose, decide
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.split import Labels, Split, labels, split

HISTORY = ("customers", "payments", "activity", "chargebacks")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything training needs, one entry a payment: features, periods, and labels then and now."""

    tables: Mapping[str, Columns]
    features: FeatureTable
    split: Split
    labels_then: Labels
    labels_now: Labels

    def amount(self, rows: Array) -> Array:
        """Amounts in euro of the chosen payments."""
        return self.features.column("amount_eur")[rows]


def prepare(tables: Mapping[str, Columns], config: Config) -> Prepared:
    """Features of all payments, the periods, and labels known at deployment and at the end of the data."""
    features = every_feature(config.engine, **{name: tables[name] for name in HISTORY})
    tables = {**tables, "payments": _by_id(tables["payments"]), "decisions": _by_id(tables["decisions"])}
    today = (int(features.at.max()) // DAY + 1) * DAY
    periods = split(features.at, config.split, today=today)
    known = [
        labels(tables["payments"], tables["decisions"], tables["chargebacks"], config.split, as_of=moment)
        for moment in (periods.deployed_at, today)
    ]
    return Prepared(tables, features, periods, *known)


def train(prepared: Prepared, config: Config, *, version: str) -> Model:
    """A model fitted on the training period, calibrated and given thresholds on the one after it."""
    rows, later = training_rows(prepared)
    values, known = prepared.features.values, prepared.labels_then
    trees = models.fit(values[rows], known.fraud[rows], known.weight[rows], config.model, seed=config.seed)
    classifier = models.calibrate(trees, values[later], known.fraud[later], known.weight[later])
    thresholds = choose(
        classifier.probability(values[later]), known.fraud[later], prepared.amount(later), known.weight[later],
        cost=config.cost, capacity=config.capacity,
    )  # fmt: skip
    return Model(classifier, thresholds, version, config.digest())


def training_rows(prepared: Prepared) -> tuple[Array, Array]:
    """Positions of the payments to fit and to calibrate on, in the order in which the model sees them."""
    known = prepared.labels_then.known
    return np.flatnonzero(prepared.split.train & known), np.flatnonzero(prepared.split.calibration & known)


def order_digest(prepared: Prepared) -> str:
    """SHA-256 of the payments' ids in the order in which the model sees them, with their labels."""
    rows, later = training_rows(prepared)
    seen = np.r_[rows, later]
    return digest([prepared.features.payment[seen].tolist(), prepared.labels_then.fraud[seen].tolist()])


def reference(prepared: Prepared, model: Model, config: Config) -> monitor.Reference:
    """What is normal, from the payments just before deployment, which the model has not been fitted on."""
    recent = prepared.features.rows(prepared.split.gap)
    score = model.classifier.probability(recent.values)
    blocked = decide(score, model.thresholds) == BLOCK
    return monitor.describe(recent, score, blocked, config.monitor)


def _by_id(table: Columns) -> Columns:
    order = np.argsort(table["payment"], kind="stable")
    return {name: values[order] for name, values in table.items()}
