"""Training: tables to features, labels as they stood on the day of deployment, trees, calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import baseline, explain, monitor
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.coverage import Coverage, measure, require
from {{ cookiecutter.package }}.engine import Engine, opened
from {{ cookiecutter.package }}.features import FeatureTable
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.split import Split, split

UNKNOWN = -1
"""In place of a label that is not there yet."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that training needs, one entry a user who is no bot: features, periods, arm, and labels then and now."""

    features: FeatureTable
    split: Split
    users: Columns
    arms: Columns
    labels_then: Array
    labels_now: Array
    coverage: Coverage

    @property
    def control(self) -> Array:
        """Who was not reminded: the only users whose outcome is what happens without us."""
        return np.asarray(self.arms["arm"] == "control")


def prepare(tables: Mapping[str, Columns], config: Config, plan: Plan) -> Prepared:
    """Features of all users, the periods, and labels known at deployment and at the end of the data.

    Raises `LoggingGap` where an event that was planned did not come: a model would learn from its absence.
    """
    today = (int(tables["raw_events"]["received_at"].max()) // DAY + 1) * DAY
    with opened(config, tables) as engine:
        coverage = measure(engine, plan)
        require(coverage, config.coverage)
        features = FeatureTable.of(engine.ask("features", as_of=today))
        periods = split(features.moment, config.split, config.windows, today=today)
        then = _labels(engine, features, as_of=periods.deployed_at)
        now = _labels(engine, features, as_of=today)
    users, arms = (_of(tables[name], features.user_id) for name in ("users", "arms"))
    return Prepared(features, periods, users, arms, then, now, coverage)


def train(prepared: Prepared, config: Config, *, version: str) -> Model:
    """A model fitted on the training period and calibrated on the one after it, both in the control arm only."""
    rows, later = training_rows(prepared)
    values, retained = prepared.features.values, prepared.labels_then
    trees = models.fit(values[rows], retained[rows], config.model, seed=config.seed)
    classifier = models.calibrate(trees, values[later], retained[later])
    cohort_rate = baseline.fit(prepared.users["platform"][rows], prepared.users["channel"][rows], retained[rows])
    return Model(classifier, cohort_rate, version, config.digest())


def training_rows(prepared: Prepared) -> tuple[Array, Array]:
    """Positions of the users to fit and to calibrate on, in the order in which the model sees them."""
    usable = prepared.control & (prepared.labels_then != UNKNOWN)
    order = np.argsort(prepared.features.moment, kind="stable")
    return order[(prepared.split.train & usable)[order]], order[(prepared.split.calibration & usable)[order]]


def order_digest(prepared: Prepared) -> str:
    """SHA-256 of the users' ids in the order in which the model sees them, with their labels."""
    seen = np.concatenate(training_rows(prepared))
    return digest([prepared.features.user_id[seen].tolist(), prepared.labels_then[seen].tolist()])


def reference(prepared: Prepared, model: Model, config: Config) -> monitor.Reference:
    """What is normal, from the users just before deployment, which the model has not been fitted on."""
    recent = prepared.features.rows(prepared.split.gap)
    return monitor.describe(recent, model.classifier.probability(recent.values), config.monitor)


def experience(prepared: Prepared, model: Model) -> explain.Experience:
    """What the model has seen: how many users of each kind, and what became of those it was calibrated on."""
    rows, later = training_rows(prepared)
    seen = prepared.features.rows(rows)
    score = model.classifier.probability(prepared.features.values[later])
    return explain.experience(seen, score, prepared.labels_then[later])


def _labels(engine: Engine, features: FeatureTable, *, as_of: int) -> Array:
    """The labels as they stood at `as_of`: `UNKNOWN` where the second week or the grace after it was not over."""
    table = engine.ask("labels", as_of=as_of)
    found = np.full(len(features.user_id), UNKNOWN, dtype=np.int64)
    there = np.isin(features.user_id, table["user_id"])
    found[there] = np.asarray(table["retained"])[np.searchsorted(table["user_id"], features.user_id[there])]
    return found


def _of(table: Columns, user_id: Array) -> Columns:
    order = np.argsort(table["user_id"], kind="stable")
    return take(table, order[np.searchsorted(table["user_id"][order], user_id)])
