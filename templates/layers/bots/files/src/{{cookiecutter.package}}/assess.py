"""The test period: the detector against its baseline, by verdicts a company has and, in a made world, by the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import evaluate, limits, monitor
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics
from {{ cookiecutter.package }}.limits import REFER, Limits
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.split import Labels
from {{ cookiecutter.package }}.train import Prepared, fit_baseline, limits_of


@dataclass(frozen=True, slots=True)
class Judged:
    """The accounts of the test period: score of each and whether it is referred."""

    score: Array
    referred: Array


@dataclass(frozen=True, slots=True)
class Assessment:
    """Metrics of model and baseline, recall by family, the windows after deployment, and what misses the bar."""

    model: Metrics
    baseline: Metrics
    model_truth: Metrics | None
    baseline_truth: Metrics | None
    families: dict[str, dict[str, float]]
    calibration_error: float
    windows: list[Window]
    shortfalls: list[str]


def judge(score: Array, found: Limits, prepared: Prepared, config: Config) -> Judged:
    """Referrals on the test period by limits that were set before it."""
    actions = prepared.test.windows.mask.sum(axis=1)
    return Judged(score, limits.decide(score, actions, found, config.limit) == REFER)


def observed(judged: Judged, known: Labels) -> Metrics:
    """By what a company can know: confirmed bots against people met in person."""
    rows = (known.known & (known.bot == 1)) | known.certain
    return evaluate.evaluate(judged.score[rows], judged.referred[rows], known.bot[rows])


def assess(model: Model, prepared: Prepared, normal: monitor.Reference, config: Config) -> Assessment:
    """The whole judgement on a model. The bar uses verdicts only, as in production."""
    plain = fit_baseline(prepared)
    judged = judge(model.ensemble.score(prepared.test.windows), model.limits, prepared, config)
    simple = judge(plain.score(prepared.test.windows), limits_of(plain, prepared, config), prepared, config)
    of_model, of_baseline = (observed(one, prepared.test.labels) for one in (judged, simple))
    bot = prepared.bots(prepared.test.windows.account)
    audited = prepared.test.labels.audited
    probability = model.probability(judged.score)
    return Assessment(
        model=of_model,
        baseline=of_baseline,
        model_truth=None if bot is None else evaluate.evaluate(judged.score, judged.referred, bot),
        baseline_truth=None if bot is None else evaluate.evaluate(simple.score, simple.referred, bot),
        families={} if bot is None else by_family(prepared, {"model": judged, "baseline": simple}),
        calibration_error=evaluate.calibration_error(probability[audited], prepared.test.labels.bot[audited]),
        windows=list(watch(model, prepared, normal, config)),
        shortfalls=evaluate.shortfalls(of_model, of_baseline, config.quality),
    )


def by_family(prepared: Prepared, judged: dict[str, Judged]) -> dict[str, dict[str, float]]:
    """Recall of each detector by family of bots, by the truth: an average can hide the one that nobody has seen yet."""
    truth, account = prepared.tables["truth"], prepared.test.windows.account
    family = truth["family"][np.searchsorted(truth["account"], account)]
    names = [str(name) for name in np.unique(family[prepared.bots(account) == 1])]
    return {
        name: {"accounts": float((family == name).sum())}
        | {who: float(one.referred[family == name].mean()) for who, one in judged.items()}
        for name in names
    }


def watch(model: Model, prepared: Prepared, normal: monitor.Reference, config: Config) -> list[Window]:
    """What the monitor measures from deployment to the end of the data."""
    windows = prepared.test.windows
    score = model.ensemble.score(windows)
    return list(monitor.measure(normal, windows, score, model.limits.watch, config.monitor))
