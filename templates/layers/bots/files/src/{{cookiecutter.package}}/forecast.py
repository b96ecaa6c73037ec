"""When will it be good enough: the chance to reach a recall with more labels or experiments, and when to stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Milestone, TargetConfig
from {{ cookiecutter.package }}.curve import Point

REACHED, GO_ON, HARVEST, STOP = "reached", "go on", "stop and use what is reached", "stop"
_WOBBLE = 0.05
"""Trainings on equal numbers of labels differ by this much in recall, beside the luck of which bots were counted."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Learning curves `ceiling − drop · labels^−speed` that could have given the points, and how likely each is."""

    ceiling: Array
    drop: Array
    speed: Array
    weight: Array
    unit: float

    def recall(self, labels: float) -> Array:
        """What each curve says for a number of labels."""
        return np.asarray(np.clip(self.ceiling - self.drop * (labels / self.unit) ** -self.speed, 0.0, 1.0))

    def chance(self, labels: float, target: float) -> float:
        """The chance that the curve is at or above `target` with so many labels."""
        return float(self.weight[self.recall(labels) >= target].sum())

    def band(self, labels: float, *, inside: float = 0.8) -> tuple[float, float, float]:
        """Lower end, middle and upper end of what is believed for a number of labels."""
        recall = self.recall(labels)
        order = np.argsort(recall, kind="stable")
        below = np.cumsum(self.weight[order])
        low, middle, high = (
            float(recall[order][min(int(np.searchsorted(below, at)), len(order) - 1)])
            for at in ((1 - inside) / 2, 0.5, (1 + inside) / 2)
        )
        return low, middle, high


@dataclass(frozen=True, slots=True)
class Outlook:
    """One milestone: whether the run reached it, the chance to within the budget, and the labels it likely takes."""

    name: str
    recall: float
    worth_eur_per_month: float
    reached: bool
    chance: float
    more_labels: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The answer to "when will it be good enough", with the advice that follows from the agreed rule."""

    labels: int
    recall: float
    target: float
    chance: float
    expected: tuple[float, float, float]
    cost_eur: float
    milestones: tuple[Outlook, ...]
    advice: str

    def plain(self) -> dict[str, Any]:
        """As plain values, for run.json."""
        return asdict(self)


def believe(points: Sequence[Point]) -> Belief:
    """What the points say about the curve, from a grid of curves that are all thought equally likely beforehand."""
    unit = float(max(point.labels for point in points))
    ceiling, fall, speed = (
        axis.ravel()
        for axis in np.meshgrid(np.linspace(0.05, 1.0, 39), np.linspace(0.0, 0.9, 37), np.linspace(0.1, 0.8, 8))
    )
    possible = ceiling - fall > -0.05
    ceiling, fall, speed = ceiling[possible], fall[possible], speed[possible]
    likely = np.zeros(len(ceiling))
    for point in points:
        said = np.clip(ceiling - fall * (point.labels / unit) ** -speed, 0.0, 1.0)
        share = (point.found + 1) / (point.bots + 2)
        spread = np.sqrt(share * (1 - share) / point.bots + _WOBBLE**2)
        likely -= 0.5 * ((said - point.recall) / spread) ** 2
    weight = np.exp(likely - likely.max())
    return Belief(ceiling, fall, speed, weight / weight.sum(), unit)


def forecast(points: Sequence[Point], *, labels: int, recall: float, target: TargetConfig) -> Forecast:
    """The outlook of a run that reached `recall` with `labels` labels, from its learning curve."""
    belief = believe(points)
    budget = labels + target.max_more_labels
    outlooks = tuple(_outlook(belief, one, labels, recall, budget) for one in target.milestones)
    chance = 1.0 if recall >= target.recall else belief.chance(budget, target.recall)
    return Forecast(
        labels, recall, target.recall, chance, belief.band(budget), target.label_eur * target.max_more_labels,
        outlooks, _advice(recall, chance, outlooks, target),
    )  # fmt: skip


def chance_of_experiments(results: Sequence[float], *, target: float, more: int) -> float:
    """The chance that one of `more` further experiments reaches `target`, if they turn out as the past ones did.

    Every past result counts, failures most of all: without them the future looks like a row of successes.
    """
    past = np.array(results, dtype=np.float64)
    if len(past) < 3:
        raise ValueError(f"{len(past)} experiments are on record; a forecast needs three")
    if past.max() >= target:
        return 1.0
    rng = np.random.default_rng(len(past))
    free = len(past) - 1
    spread = max(float(past.std(ddof=1)), 0.01)
    deviation = spread * np.sqrt(free / rng.chisquare(free, size=4_000))
    centre = rng.normal(past.mean(), deviation / np.sqrt(len(past)))
    best = rng.normal(centre[:, None], deviation[:, None], size=(4_000, more)).max(axis=1)
    return float((best >= target).mean())


def _outlook(belief: Belief, milestone: Milestone, labels: int, recall: float, budget: int) -> Outlook:
    reached = recall >= milestone.recall
    steps = np.linspace(labels, 4 * budget, 200)
    enough = [at for at in steps if belief.band(at)[1] >= milestone.recall]
    more = 0 if reached else round(enough[0] - labels) if enough else None
    chance = 1.0 if reached else belief.chance(budget, milestone.recall)
    return Outlook(milestone.name, milestone.recall, milestone.worth_eur_per_month, reached, chance, more)


def _advice(recall: float, chance: float, outlooks: Sequence[Outlook], target: TargetConfig) -> str:
    """The stop rule: go on only while the chance is worth it; what is reached by then is used, not thrown away."""
    if recall >= target.recall:
        return REACHED
    if chance >= target.min_chance:
        return GO_ON
    return HARVEST if any(outlook.reached for outlook in outlooks) else STOP
