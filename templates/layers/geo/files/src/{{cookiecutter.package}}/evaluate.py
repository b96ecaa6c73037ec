"""How good predictions and advice are: error, coverage everywhere and where data is poor, cost of decisions."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.interval import is_poor
from {{ cookiecutter.package }}.model import Prediction
from {{ cookiecutter.package }}.policy import CORROBORATE, DRILL, regret_meur, value_meur


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one set of predictions with known recovery; errors and costs are of the median prediction."""

    sites: int
    poor_sites: int
    mae_kbbl: float
    median_error: float
    coverage: float
    coverage_good: float
    coverage_poor: float
    width_good: float
    width_poor: float
    regret_meur: float
    regret_poor_meur: float
    drilled_share: float
    losing_holes_share: float
    corroborated_share: float

    def plain(self) -> dict[str, float]:
        """As names and numbers, for run.json."""
        return asdict(self)


def evaluate(predicted: Prediction, log_eur: Array, quality: Array, actions: Array, config: Config) -> Metrics:
    """Metrics of predictions and advice. Raises `ValueError` unless there are places of good and of poor data."""
    poor = is_poor(quality, config.interval.poor_quality)
    if poor.all() or not poor.any():
        raise ValueError("places of good and of poor data are both needed, or coverage in the poor ones means nothing")
    eur = np.exp(log_eur)
    error = np.abs(np.exp(predicted.mean) - eur)
    held = covered(predicted, log_eur)
    ratio = np.exp(predicted.high - predicted.low)
    regret = regret_meur(actions, eur, config.economy)
    drilled = actions == DRILL
    return Metrics(
        sites=len(eur),
        poor_sites=int(poor.sum()),
        mae_kbbl=float(error.mean()),
        median_error=float(np.median(error / eur)),
        coverage=float(held.mean()),
        coverage_good=float(held[~poor].mean()),
        coverage_poor=float(held[poor].mean()),
        width_good=float(np.median(ratio[~poor])),
        width_poor=float(np.median(ratio[poor])),
        regret_meur=float(regret.mean()),
        regret_poor_meur=float(regret[poor].mean()),
        drilled_share=float(drilled.mean()),
        losing_holes_share=_share(value_meur(eur, config.economy) < 0, drilled),
        corroborated_share=float((actions == CORROBORATE).mean()),
    )


def covered(predicted: Prediction, log_eur: Array) -> Array:
    """Which wells lie in their interval."""
    return np.asarray((log_eur >= predicted.low) & (log_eur <= predicted.high))


def shortfalls(model: Metrics, kriging: Metrics, config: Config) -> list[str]:
    """Why the model may not serve, in words; empty when it reaches the bar."""
    bar = config.quality
    better = 1 - model.median_error / kriging.median_error
    saving = 1 - model.regret_meur / kriging.regret_meur
    conditions = (
        (model.median_error <= bar.max_median_error,
         f"median error {model.median_error:.1%} is above {bar.max_median_error:.0%}"),
        (better >= bar.min_error_saving_over_kriging,
         f"median error is {better:.1%} below kriging's, {bar.min_error_saving_over_kriging:.0%} are asked"),
        (model.coverage >= bar.min_coverage,
         f"only {model.coverage:.1%} of wells lie in their interval, {bar.min_coverage:.0%} are asked"),
        (model.coverage <= bar.max_coverage,
         f"{model.coverage:.1%} of wells lie in their interval: so wide that it says nothing"),
        (model.coverage_poor >= bar.min_coverage_poor,
         f"where data is poor only {model.coverage_poor:.1%} lie in it, {bar.min_coverage_poor:.0%} are asked"),
        (saving >= bar.min_regret_saving_over_kriging,
         f"saves {saving:.1%} of the cost of kriging's decisions, {bar.min_regret_saving_over_kriging:.0%} are asked"),
    )  # fmt: skip
    return [reason for reached, reason in conditions if not reached]


def _share(part: Array, whole: Array) -> float:
    return float((part & whole).sum()) / float(whole.sum()) if whole.any() else 0.0
