"""How good probabilities are: ranking, skill over the cohort rate, calibration, and whether the bar is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import QualityConfig

_CLIP = 1e-6


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one set of users. Skill is 1 for a perfect forecast, 0 for the cohort rate's, below 0 for worse."""

    users: int
    retained_share: float
    predicted_share: float
    auc: float
    brier: float
    log_loss: float
    skill: float
    calibration_error: float

    def plain(self) -> dict[str, float]:
        """Name → value."""
        return asdict(self)


def evaluate(score: Array, retained: Array, cohort_rate: Array) -> Metrics:
    """All figures. AUC is 0.5 where everybody or nobody came back."""
    kept = np.clip(score, _CLIP, 1 - _CLIP)
    brier, simple = float(np.mean((score - retained) ** 2)), float(np.mean((cohort_rate - retained) ** 2))
    both = 0 < retained.mean() < 1
    predicted, observed, size = reliability(score, retained)
    return Metrics(
        users=len(score),
        retained_share=float(retained.mean()),
        predicted_share=float(score.mean()),
        auc=float(roc_auc_score(retained, score)) if both else 0.5,
        brier=brier,
        log_loss=float(-np.mean(retained * np.log(kept) + (1 - retained) * np.log(1 - kept))),
        skill=1 - brier / simple if simple else 0.0,
        calibration_error=float(np.average(np.abs(predicted - observed), weights=size)),
    )


def reliability(score: Array, retained: Array, *, groups: int = 10) -> tuple[Array, Array, Array]:
    """Mean prediction, share retained and size of groups of equal size, by score."""
    parts = [part for part in np.array_split(np.argsort(score, kind="stable"), groups) if len(part)]
    predicted = np.array([score[part].mean() for part in parts])
    observed = np.array([retained[part].mean() for part in parts])
    return predicted, observed, np.array([len(part) for part in parts])


def interval(
    score: Array, retained: Array, cohort_rate: Array, *, day: Array, seed: int, draws: int = 200
) -> dict[str, tuple[float, float]]:
    """90 % bootstrap intervals over whole days of registration, since users of one day are not independent."""
    rng = np.random.default_rng(seed)
    days = [np.flatnonzero(day == one) for one in np.unique(day)]
    found: list[dict[str, float]] = []
    for _ in range(draws):
        rows = np.concatenate([days[one] for one in rng.integers(len(days), size=len(days))])
        found.append(evaluate(score[rows], retained[rows], cohort_rate[rows]).plain())
    low, high = 5, 95
    return {
        name: (float(np.percentile(values, low)), float(np.percentile(values, high)))
        for name in ("auc", "skill", "calibration_error")
        if (values := [draw[name] for draw in found])
    }


def slices(
    score: Array, retained: Array, cohort_rate: Array, groups: Mapping[str, Array]
) -> dict[str, dict[str, dict[str, float]]]:
    """Figures by platform, channel …: an average can hide a group for which the model is wrong."""
    return {
        name: {
            str(value): evaluate(score[rows], retained[rows], cohort_rate[rows]).plain()
            for value in np.unique(values)
            if (rows := values == value).any()
        }
        for name, values in groups.items()
    }


def shortfalls(found: Metrics, interval_saving: float, bar: QualityConfig) -> list[str]:
    """Why the model may not serve, in words; empty when it reaches the bar."""
    conditions = (
        (found.auc >= bar.min_auc, f"AUC {found.auc:.3f} is below {bar.min_auc}"),
        (found.skill >= bar.min_skill, f"skill {found.skill:.1%}, {bar.min_skill:.0%} is asked"),
        (
            found.calibration_error <= bar.max_calibration_error,
            f"calibration error {found.calibration_error:.3f} is above {bar.max_calibration_error}",
        ),
        (
            interval_saving >= bar.min_interval_saving,
            f"narrows the arms' interval by {interval_saving:.1%} only, {bar.min_interval_saving:.0%} are asked",
        ),
    )
    return [reason for reached, reason in conditions if not reached]
