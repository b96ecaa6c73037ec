"""How good a detector is: bots found at a limit set before, people wrongly referred, ranking, calibration."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import QualityConfig

PER = 10_000


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one detector on accounts whose nature is known; intervals hold the truth in 9 of 10 cases."""

    bots: int
    people: int
    recall: float
    recall_low: float
    recall_high: float
    false_accusations: int
    false_per_10000: float
    false_per_10000_low: float
    false_per_10000_high: float
    auc: float
    average_precision: float

    def plain(self) -> dict[str, float]:
        """As names and numbers, for run.json."""
        return asdict(self)


def evaluate(score: Array, referred: Array, bot: Array) -> Metrics:
    """Metrics of scores and referrals. Raises `ValueError` unless both bots and people are among the accounts."""
    if not bot.any() or bot.all():
        raise ValueError("bots and people are needed to measure anything: wait for verdicts or take a longer period")
    found, wrong = int((referred & (bot == 1)).sum()), int((referred & (bot == 0)).sum())
    bots, people = int((bot == 1).sum()), int((bot == 0).sum())
    low, high = interval(wrong, people)
    return Metrics(
        bots,
        people,
        found / bots,
        *interval(found, bots),
        wrong,
        PER * wrong / people,
        PER * low,
        PER * high,
        float(roc_auc_score(bot, score)),
        float(average_precision_score(bot, score)),
    )


def interval(hits: int, tries: int, *, z: float = 1.645) -> tuple[float, float]:
    """Wilson's interval of a share; it stays honest where the share is near 0 and the tries are few."""
    if not tries:
        return 0.0, 1.0
    share, extra = hits / tries, z * z / tries
    middle = (share + extra / 2) / (1 + extra)
    half = z / (1 + extra) * float(np.sqrt(share * (1 - share) / tries + extra / (4 * tries)))
    return max(0.0, middle - half), min(1.0, middle + half)


def reliability(probability: Array, bot: Array, *, bins: int = 10) -> tuple[Array, Array]:
    """Mean predicted probability and observed share of bots in equally sized groups of rising probability."""
    groups = np.array_split(np.argsort(probability, kind="stable"), bins)
    return np.array([probability[group].mean() for group in groups]), np.array([bot[group].mean() for group in groups])


def calibration_error(probability: Array, bot: Array) -> float:
    """The mean gap between predicted and observed share over equally sized groups."""
    predicted, observed = reliability(probability, bot)
    return float(np.abs(predicted - observed).mean())


def shortfalls(model: Metrics, baseline: Metrics, bar: QualityConfig) -> list[str]:
    """Why the model may not serve, in words; empty when it reaches the bar.

    False accusations are so rare that their count says little: the bar is missed when they are surely too many.
    """
    gain = model.recall - baseline.recall
    conditions = (
        (model.recall >= bar.min_recall, f"finds {model.recall:.0%} of the bots, {bar.min_recall:.0%} are asked"),
        (
            gain >= bar.min_recall_over_baseline,
            f"finds {gain:+.0%} of the bots against the baseline, {bar.min_recall_over_baseline:+.0%} are asked",
        ),
        (
            model.false_per_10000_low <= bar.max_false_accusations_per_10000,
            f"accuses {model.false_per_10000:.0f} in 10,000 people, {bar.max_false_accusations_per_10000:g} may be",
        ),
    )
    return [reason for reached, reason in conditions if not reached]
