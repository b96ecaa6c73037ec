"""The test period: the model against the rules, by what a company can observe and, in a made world, by the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import monitor
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics, Outcomes, evaluate, interval, shortfalls, slices
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.policy import APPROVE, BLOCK, decide
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.rules import Rules
from {{ cookiecutter.package }}.train import Prepared


@dataclass(frozen=True, slots=True)
class Judged:
    """Payments of the test period with a known outcome, and what model and rules made of them."""

    rows: Array
    score: Array
    actions: Array
    rule_actions: Array
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class Assessment:
    """Metrics of model and rules, with intervals, slices, the windows after deployment and what misses the bar."""

    model: Metrics
    rules: Metrics
    model_truth: Metrics | None
    rules_truth: Metrics | None
    intervals: dict[str, tuple[float, float]]
    slices: dict[str, dict[str, dict[str, float]]]
    windows: list[Window]
    shortfalls: list[str]


def judge(model: Model, prepared: Prepared, *, fraud: Array | None = None) -> Judged:
    """Decisions on the test period. With `fraud`, the truth about all payments, none is left out or weighted."""
    known = prepared.labels_now
    rows = np.flatnonzero(prepared.split.test & (known.known if fraud is None else True))
    features = prepared.features.rows(rows)
    score = model.classifier.probability(features.values)
    outcomes = Outcomes(
        fraud=known.fraud[rows] if fraud is None else fraud[rows],
        amount_eur=prepared.amount(rows),
        weight=known.weight[rows] if fraud is None else np.ones(len(rows)),
    )
    refused = np.where(Rules().blocks(features), BLOCK, APPROVE)
    return Judged(rows, score, decide(score, model.thresholds), refused, outcomes)


def compare(judged: Judged, config: Config) -> tuple[Metrics, Metrics]:
    """Metrics of the model and of the rules on the same payments."""
    ruled = (judged.rule_actions == BLOCK).astype(np.float64)
    return (
        evaluate(judged.score, judged.actions, judged.outcomes, config.cost),
        evaluate(ruled, judged.rule_actions, judged.outcomes, config.cost),
    )


def assess(model: Model, prepared: Prepared, normal: monitor.Reference, config: Config) -> Assessment:
    """The whole judgement on a model. Metrics and the bar use observed labels only, as in production."""
    judged = judge(model, prepared)
    of_model, of_rules = compare(judged, config)
    truth = prepared.tables.get("truth")
    true_model, true_rules = (
        compare(judge(model, prepared, fraud=truth["fraud"]), config) if truth is not None else (None, None)
    )
    payments = prepared.tables["payments"]
    groups = {name: payments[name][judged.rows] for name in ("country", "method")}
    day = prepared.features.at[judged.rows] // DAY
    return Assessment(
        model=of_model,
        rules=of_rules,
        model_truth=true_model,
        rules_truth=true_rules,
        intervals=interval(judged.score, judged.actions, judged.outcomes, config.cost, day=day, seed=config.seed),
        slices=slices(judged.actions, judged.outcomes, groups),
        windows=list(watch(model, prepared, normal, config)),
        shortfalls=shortfalls(of_model, of_rules, config.quality),
    )


def watch(model: Model, prepared: Prepared, normal: monitor.Reference, config: Config) -> list[Window]:
    """What the monitor measures from deployment to the end of the data."""
    after = prepared.features.rows(prepared.features.at >= prepared.split.deployed_at)
    score = model.classifier.probability(after.values)
    blocked = decide(score, model.thresholds) == BLOCK
    return list(monitor.measure(normal, after, score, blocked, config.monitor))
