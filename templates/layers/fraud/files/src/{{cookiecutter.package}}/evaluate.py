"""How good decisions are: ranking, money, honest customers refused, analysts' time, and whether the bar is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import average_precision_score

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import CostConfig, QualityConfig
from {{ cookiecutter.package }}.policy import APPROVE, BLOCK, REVIEW, costs


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Payments whose label is known: what they were, how much, and how many payments each stands for."""

    fraud: Array
    amount_eur: Array
    weight: Array

    def rows(self, chosen: Array) -> Outcomes:
        """The payments chosen by a mask or by positions."""
        return Outcomes(self.fraud[chosen], self.amount_eur[chosen], self.weight[chosen])


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one set of decisions; rates are weighted by the inverse propensity of having a label."""

    payments: int
    frauds: int
    pr_auc: float
    cost_eur_per_1000: float
    blocked_good_per_1000: float
    caught_fraud_share: float
    caught_euro_share: float
    reviews_per_1000: float
    calibration_error: float

    def plain(self) -> dict[str, float]:
        """As names and numbers, for run.json."""
        return asdict(self)


def evaluate(score: Array, actions: Array, outcomes: Outcomes, cost: CostConfig) -> Metrics:
    """Metrics of scores and decisions. Raises `ValueError` where no label is a fraud: nothing could be measured."""
    fraud, weight = outcomes.fraud, outcomes.weight
    if not fraud.any():
        raise ValueError("no known fraud among these payments: wait for the labels or take a longer period")
    euro = outcomes.amount_eur * weight
    stopped = actions != APPROVE
    return Metrics(
        payments=len(fraud),
        frauds=int(fraud.sum()),
        pr_auc=float(average_precision_score(fraud, score, sample_weight=weight)),
        cost_eur_per_1000=1_000 * float(np.average(costs(actions, fraud, outcomes.amount_eur, cost), weights=weight)),
        blocked_good_per_1000=1_000 * _share((actions == BLOCK) & (fraud == 0), fraud == 0, weight),
        caught_fraud_share=_share(stopped & (fraud == 1), fraud == 1, weight),
        caught_euro_share=_share(stopped & (fraud == 1), fraud == 1, euro),
        reviews_per_1000=1_000 * _share(actions == REVIEW, np.ones_like(stopped), weight),
        calibration_error=calibration_error(score, fraud, weight),
    )


def reliability(score: Array, fraud: Array, weight: Array, *, bins: int = 10) -> tuple[Array, Array, Array]:
    """Mean predicted probability, observed share and weight of equally sized groups of rising score."""
    groups = np.array_split(np.argsort(score, kind="stable"), bins)
    predicted = [float(np.average(score[group], weights=weight[group])) for group in groups]
    observed = [float(np.average(fraud[group], weights=weight[group])) for group in groups]
    return np.array(predicted), np.array(observed), np.array([float(weight[group].sum()) for group in groups])


def calibration_error(score: Array, fraud: Array, weight: Array) -> float:
    """Expected calibration error: the mean gap between predicted and observed share over the groups."""
    predicted, observed, size = reliability(score, fraud, weight)
    return float(np.average(np.abs(predicted - observed), weights=size))


def interval(
    score: Array, actions: Array, outcomes: Outcomes, cost: CostConfig, *, day: Array, seed: int, draws: int = 200
) -> dict[str, tuple[float, float]]:
    """90 % bootstrap intervals over whole days, since payments of one day are not independent."""
    rng = np.random.default_rng(seed)
    days = [np.flatnonzero(day == one) for one in np.unique(day)]
    found: list[dict[str, float]] = []
    for _ in range(draws):
        rows = np.concatenate([days[one] for one in rng.integers(len(days), size=len(days))])
        if outcomes.fraud[rows].any():
            found.append(evaluate(score[rows], actions[rows], outcomes.rows(rows), cost).plain())
    low, high = 5, 95
    return {
        name: (float(np.percentile(values, low)), float(np.percentile(values, high)))
        for name in ("pr_auc", "cost_eur_per_1000", "blocked_good_per_1000")
        if (values := [draw[name] for draw in found])
    }


def slices(actions: Array, outcomes: Outcomes, groups: Mapping[str, Array]) -> dict[str, dict[str, dict[str, float]]]:
    """Blocked good payments and caught fraud by country, method …: an average can hide a country that suffers."""
    return {
        name: {
            str(value): _slice(actions[values == value], outcomes.rows(values == value)) for value in np.unique(values)
        }
        for name, values in groups.items()
    }


def shortfalls(model: Metrics, rules: Metrics, bar: QualityConfig) -> list[str]:
    """Why the model may not serve, in words; empty when it reaches the bar."""
    saving = 1.0 - model.cost_eur_per_1000 / rules.cost_eur_per_1000
    conditions = (
        (model.pr_auc >= bar.min_pr_auc, f"PR-AUC {model.pr_auc:.3f} is below {bar.min_pr_auc}"),
        (
            model.pr_auc - rules.pr_auc >= bar.min_pr_auc_over_rules,
            f"PR-AUC beats the rules by {model.pr_auc - rules.pr_auc:.3f} only, {bar.min_pr_auc_over_rules} are asked",
        ),
        (
            model.blocked_good_per_1000 <= bar.max_blocked_good_per_1000,
            f"{model.blocked_good_per_1000:.1f} of 1,000 good payments blocked, "
            f"at most {bar.max_blocked_good_per_1000} allowed",
        ),
        (
            saving >= bar.min_cost_saving_share,
            f"saves {saving:.1%} of the rules' cost, {bar.min_cost_saving_share:.0%} are asked",
        ),
    )
    return [reason for reached, reason in conditions if not reached]


def _slice(actions: Array, outcomes: Outcomes) -> dict[str, float]:
    good, weight = outcomes.fraud == 0, outcomes.weight
    return {
        "payments": len(actions),
        "blocked_good_per_1000": 1_000 * _share((actions == BLOCK) & good, good, weight),
        "caught_fraud_share": _share((actions != APPROVE) & ~good, ~good, weight),
    }


def _share(part: Array, whole: Array, weight: Array) -> float:
    total = float(weight[whole].sum())
    return float(weight[part].sum()) / total if total else 0.0
