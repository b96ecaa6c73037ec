"""The arms' effect: plain, and with less variance by the prediction made before the arm was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import ExperimentConfig


class UnusableExperiment(ValueError):
    """An experiment that cannot be read: its arms are not what was drawn, or the covariate is not older than they."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference of shares retained, with its interval and standard error."""

    estimate: float
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class Arms:
    """Users of an experiment: whether reminded, the chance of that, whether retained, and the score before it."""

    reminded: Array
    chance: Array
    retained: Array
    score: Array

    def rows(self, chosen: Array) -> Arms:
        """The users chosen by a mask or by positions."""
        return Arms(self.reminded[chosen], self.chance[chosen], self.retained[chosen], self.score[chosen])


def arms(
    *, reminded: Array, chance: Array, retained: Array, score: Array, known_at: Array, assigned_at: Array,
    config: ExperimentConfig,
) -> Arms:  # fmt: skip
    """An experiment that may be read. `known_at` is up to when a user's score knows of the user (seconds).

    Raises `UnusableExperiment` where a score knows what happened after the arm was drawn, so that the reminder itself
    could have moved it, or where the arms' sizes are not what was drawn (users of one arm got lost).
    """
    if late := int((known_at > assigned_at).sum()):
        raise UnusableExperiment(f"{late} scores know what happened after the arm was drawn; adjust by older ones only")
    probability = sample_ratio(reminded, chance)
    if probability < config.min_p_sample_ratio:
        raise UnusableExperiment(
            f"{int(reminded.sum())} of {len(reminded)} users were reminded where {chance.sum():.0f} were drawn "
            f"(p = {probability:.1g}): users of one arm are missing, or the draw is not what it says"
        )
    return Arms(reminded, chance, retained, score)


def difference(found: Arms, *, confidence: float) -> Effect:
    """Share retained among the reminded less that in control."""
    sides = [found.retained[found.reminded == side].astype(np.float64) for side in (1, 0)]
    error = np.sqrt(sum(side.var(ddof=1) / len(side) for side in sides))
    return _effect(float(sides[0].mean() - sides[1].mean()), float(error), confidence)


def adjusted(found: Arms, *, confidence: float) -> Effect:
    """The same with the score as covariate, its slope free in each arm; errors hold whatever the noise (HC2)."""
    score = found.score - found.score.mean()
    design = np.column_stack([np.ones(len(score)), found.reminded, score, found.reminded * score])
    inverse = np.linalg.inv(design.T @ design)
    weights = inverse @ (design.T @ found.retained)
    leverage = ((design @ inverse) * design).sum(axis=1)
    rest = (found.retained - design @ weights) ** 2 / (1 - leverage)
    spread = inverse @ (design.T * rest) @ design @ inverse
    return _effect(float(weights[1]), float(np.sqrt(spread[1, 1])), confidence)


def sample_ratio(reminded: Array, chance: Array) -> float:
    """Probability of arms at least as unlike what was drawn, by chance alone; `chance` is that of being reminded."""
    deviation = np.sqrt((chance * (1 - chance)).sum())
    z = abs(float(reminded.sum() - chance.sum())) / max(float(deviation), 1e-9)
    return 2 * (1 - NormalDist().cdf(z))


def users_needed(error: float, users: int, *, effect: float, config: ExperimentConfig) -> int:
    """How many users show an effect of this size with the agreed power, at the error found with `users` of them."""
    normal = NormalDist()
    reach = normal.inv_cdf((1 + config.confidence) / 2) + normal.inv_cdf(config.power)
    return int(np.ceil(users * (error * reach / abs(effect)) ** 2))


def _effect(estimate: float, error: float, confidence: float) -> Effect:
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return Effect(estimate, estimate - reach, estimate + reach, error)
