"""The test period: the model against the cohort rate where nobody was reminded, and the reminder's effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import monitor
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics, evaluate, interval, shortfalls, slices
from {{ cookiecutter.package }}.experiment import Arms, Effect, adjusted, arms, difference, users_needed
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared


@dataclass(frozen=True, slots=True)
class Judged:
    """Users of the test period in the control arm: what model and cohort rate said, and what became of them."""

    rows: Array
    score: Array
    cohort_rate: Array
    retained: Array


@dataclass(frozen=True, slots=True)
class Trial:
    """The reminder's effect in the test period: plain, adjusted by the score, and true where the world is made."""

    arms: Arms
    assigned_at: Array
    plain: Effect
    adjusted: Effect
    true: float | None
    users_needed_plain: int
    users_needed_adjusted: int

    @property
    def interval_saving(self) -> float:
        """By which share the score narrows the interval."""
        return 1 - self.adjusted.error / self.plain.error


@dataclass(frozen=True, slots=True)
class Assessment:
    """Metrics of model and baseline, the effect, the windows after deployment and what misses the bar."""

    model: Metrics
    baseline: Metrics
    intervals: dict[str, tuple[float, float]]
    slices: dict[str, dict[str, dict[str, float]]]
    trial: Trial
    windows: list[Window]
    shortfalls: list[str]


def judge(model: Model, prepared: Prepared) -> Judged:
    """Scores of the test period's control users: what happens without us is what the model predicts."""
    rows = np.flatnonzero(prepared.split.test & prepared.control & (prepared.labels_now != UNKNOWN))
    score = model.classifier.probability(prepared.features.values[rows])
    simple = model.baseline.probability(prepared.users["platform"][rows], prepared.users["channel"][rows])
    return Judged(rows, score, simple, prepared.labels_now[rows])


def compare(judged: Judged) -> tuple[Metrics, Metrics]:
    """Metrics of the model and of the cohort rate on the same users."""
    return (
        evaluate(judged.score, judged.retained, judged.cohort_rate),
        evaluate(judged.cohort_rate, judged.retained, judged.cohort_rate),
    )


def try_out(model: Model, prepared: Prepared, config: Config, *, truth: Columns | None = None) -> Trial:
    """The experiment of the test period. Raises `UnusableExperiment` where it cannot be read."""
    drawn = prepared.arms["propensity"] < 1
    rows = np.flatnonzero(prepared.split.test & drawn & (prepared.labels_now != UNKNOWN))
    reminded = (prepared.arms["arm"][rows] == "reminder").astype(np.int64)
    propensity = prepared.arms["propensity"][rows]
    found = arms(
        reminded=reminded,
        chance=np.where(reminded == 1, propensity, 1 - propensity),
        retained=prepared.labels_now[rows],
        score=model.classifier.probability(prepared.features.values[rows]),
        known_at=prepared.features.moment[rows],
        assigned_at=prepared.arms["assigned_at"][rows],
        config=config.experiment,
    )
    level = config.experiment.confidence
    plain, better = difference(found, confidence=level), adjusted(found, confidence=level)
    needed = [
        users_needed(one.error, len(rows), effect=better.estimate, config=config.experiment) for one in (plain, better)
    ]
    return Trial(
        found, prepared.arms["assigned_at"][rows], plain, better,
        None if truth is None else _true_effect(truth, prepared.features.user_id[rows]), *needed,
    )  # fmt: skip


def assess(
    model: Model, prepared: Prepared, normal: monitor.Reference, config: Config, *, truth: Columns | None = None
) -> Assessment:
    """The whole judgement on a model. The bar uses observed labels only, as in production."""
    judged = judge(model, prepared)
    of_model, of_baseline = compare(judged)
    trial = try_out(model, prepared, config, truth=truth)
    groups: Mapping[str, Array] = {name: prepared.users[name][judged.rows] for name in ("platform", "channel")}
    day = prepared.features.moment[judged.rows] // DAY
    return Assessment(
        model=of_model,
        baseline=of_baseline,
        intervals=interval(judged.score, judged.retained, judged.cohort_rate, day=day, seed=config.seed),
        slices=slices(judged.score, judged.retained, judged.cohort_rate, groups),
        trial=trial,
        windows=watch(model, prepared, normal, config),
        shortfalls=shortfalls(of_model, trial.interval_saving, config.quality),
    )


def watch(model: Model, prepared: Prepared, normal: monitor.Reference, config: Config) -> list[Window]:
    """What the monitor measures from deployment to the end of the data."""
    after = prepared.features.moment >= prepared.split.deployed_at
    features, retained = prepared.features.rows(after), prepared.labels_now[after]
    known = (retained != UNKNOWN) & prepared.control[after]
    score = model.classifier.probability(features.values)
    return list(monitor.measure(normal, features, score, retained, known, config.monitor))


def _true_effect(truth: Columns, user_id: Array) -> float:
    """The mean over these very users of what the reminder does to each: known only in a made world."""
    rows = np.searchsorted(truth["user_id"], user_id)
    return float((truth["retained_reminded"][rows] - truth["retained_without"][rows]).mean())
