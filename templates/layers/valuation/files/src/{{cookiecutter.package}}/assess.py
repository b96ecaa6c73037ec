"""The judgement on a run: every origin, model against trees and legacy formula, intervals, sensitivity, the monitor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import baseline, evaluate, monitor
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Coverage, Errors
from {{ cookiecutter.package }}.features import GROUPS, positions
from {{ cookiecutter.package }}.model import Model, Values
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared


@dataclass(frozen=True, slots=True)
class Trial:
    """One origin: the errors of the three methods on the year that followed, and the intervals' coverage."""

    deployed_on: int
    model: Errors
    trees: Errors
    legacy: Errors
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Assessment:
    """All origins, the newest last; the rest is of the newest, whose model is released."""

    trials: list[Trial]
    truth: Errors | None
    by_town: dict[str, Errors]
    intervals: dict[str, tuple[float, float]]
    sensitivity: dict[str, float]
    windows: list[Window]
    shortfalls: list[str]

    @property
    def newest(self) -> Trial:
        """The trial of the released model."""
        return self.trials[-1]


def trial(model: Model, prepared: Prepared, origin: Origin, config: Config) -> Trial:
    """Model, trees and formula on the sales after an origin."""
    rows, price = origin.test, prepared.price_eur[origin.test]
    features = prepared.features.rows(rows)
    values = model.value(features)
    learned = prepared.features.values[origin.train], prepared.target[origin.train]
    booster = baseline.fit_trees(*learned, config.trees, seed=config.seed)
    by_trees = features.base_eur * np.exp(baseline.trees(booster, features))
    by_formula = features.base_eur * np.exp(baseline.legacy(features))
    return Trial(
        deployed_on=origin.deployed_on,
        model=evaluate.errors(values.value, price),
        trees=evaluate.errors(by_trees, price),
        legacy=evaluate.errors(by_formula, price),
        coverage=evaluate.coverage(values, price, features.near_sales < config.interval.few_sales),
    )


def assess(released: list[Model], prepared: Prepared, normal: monitor.Reference, config: Config) -> Assessment:
    """The whole judgement on one model for each origin. The bar is set for the newest."""
    trials = [trial(model, prepared, origin, config) for model, origin in zip(released, prepared.origins, strict=True)]
    model, origin, newest = released[-1], prepared.origins[-1], trials[-1]
    rows, price = origin.test, prepared.price_eur[origin.test]
    values = model.value(prepared.features.rows(rows))
    return Assessment(
        trials=trials,
        truth=_by_truth(values, prepared, rows),
        by_town=_by_town(values, price, prepared.features.town[rows]),
        intervals={
            name: evaluate.interval(
                lambda drawn, name=name: getattr(evaluate.errors(values.value[drawn], price[drawn]), name),  # type: ignore[misc]
                len(rows), seed=config.seed,
            )
            for name in ("mdape", "within_10")
        },
        sensitivity=sensitivity(model, prepared, rows, seed=config.seed),
        windows=watch(model, prepared, normal, config),
        shortfalls=evaluate.shortfalls(newest.model, newest.legacy, newest.coverage, config.quality),
    )  # fmt: skip


def sensitivity(model: Model, prepared: Prepared, rows: Array, *, seed: int) -> dict[str, float]:
    """How much median error it costs to give homes another home's size, age, place …: permutation by group."""
    rng = np.random.default_rng(seed)
    features, price = prepared.features.rows(rows), prepared.price_eur[rows]
    whole = evaluate.errors(model.value(features).value, price).mdape
    cost = {}
    for group in GROUPS:
        values = features.values.copy()
        values[:, positions(group)] = values[rng.permutation(len(rows))][:, positions(group)]
        mixed = features.base_eur * np.exp(model.predict(values).expected)
        cost[group] = evaluate.errors(mixed, price).mdape - whole
    return dict(sorted(cost.items(), key=lambda item: -item[1]))


def watch(model: Model, prepared: Prepared, normal: monitor.Reference, config: Config) -> list[Window]:
    """What the monitor measures from the newest deployment to the end of the data."""
    rows = np.flatnonzero(prepared.features.at >= prepared.origins[-1].deployed_on)
    after, plausible = prepared.features.rows(rows), prepared.plausible[rows]
    found = model.predict(after.values)
    target = prepared.target[rows]
    return list(monitor.measure(normal, after, found, target, plausible=plausible, config=config.monitor))


def _by_truth(values: Values, prepared: Prepared, rows: Array) -> Errors | None:
    truth = prepared.tables.get("truth")
    if truth is None:
        return None
    place = np.searchsorted(truth["deed"], prepared.features.subject[rows])
    return evaluate.errors(values.value, truth["value_eur"][place])


def _by_town(values: Values, price: Array, town: Array) -> dict[str, Errors]:
    return {str(one): evaluate.errors(values.value[town == one], price[town == one]) for one in np.unique(town)}
