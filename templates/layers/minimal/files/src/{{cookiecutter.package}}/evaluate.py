"""How good the model is against the simplest thing that could do: each carrier's share of late orders."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import average_precision_score

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import QualityConfig


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one set of scores."""

    orders: int
    late: int
    pr_auc: float
    calibration_error: float

    def plain(self) -> dict[str, float]:
        """As names and numbers, for run.json."""
        return asdict(self)


def evaluate(score: Array, late: Array) -> Metrics:
    """Metrics of scores. Raises `ValueError` where no order was late: nothing could be measured."""
    if not late.any():
        raise ValueError("no late order among these: take a longer period")
    return Metrics(
        orders=len(late),
        late=int(late.sum()),
        pr_auc=float(average_precision_score(late, score)),
        calibration_error=calibration_error(score, late),
    )


def carrier_rates(carrier: Array, late: Array, *, asked: Array) -> Array:
    """The baseline: the share of late orders of the same carrier in training."""
    rates = {name: late[carrier == name].mean() for name in np.unique(carrier)}
    return np.array([rates.get(name, late.mean()) for name in asked])


def calibration_error(score: Array, late: Array, *, bins: int = 10) -> float:
    """Expected calibration error over equally sized groups of rising score."""
    groups = np.array_split(np.argsort(score, kind="stable"), bins)
    gaps = [abs(float(score[group].mean() - late[group].mean())) * len(group) for group in groups]
    return sum(gaps) / len(score)


def shortfalls(model: Metrics, baseline: Metrics, bar: QualityConfig) -> list[str]:
    """Why the model may not serve, in words; empty when it reaches the bar."""
    gain = model.pr_auc - baseline.pr_auc
    conditions = (
        (model.pr_auc >= bar.min_pr_auc, f"PR-AUC {model.pr_auc:.3f} is below {bar.min_pr_auc}"),
        (
            gain >= bar.min_pr_auc_over_baseline,
            f"PR-AUC beats the baseline by {gain:.3f} only, {bar.min_pr_auc_over_baseline} are asked",
        ),
        (
            model.calibration_error <= bar.max_calibration_error,
            f"calibration error {model.calibration_error:.3f} is above {bar.max_calibration_error}",
        ),
    )
    return [reason for reached, reason in conditions if not reached]
