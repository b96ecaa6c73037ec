"""Figures for others: counts of cells that are fixed beforehand, with noise that hides any one person.

Each user is in one cell of a question and moves one count of it, so noise of `epsilon` on each count covers the whole
answer, whatever else somebody knows. All that comes after the noise, small cells that are joined and the interval of
the effect, is made from noisy counts alone and costs nothing.
"""

from __future__ import annotations

import math
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np

from {{ cookiecutter.package }}.budget import answer
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared

COHORTS, EFFECT = "cohorts", "effect"
OTHERS = "others"
_WEEK = 7 * DAY


class TooSmall(ValueError):
    """Arms in which so few users seem to be that nothing can be said about them."""


@dataclass(frozen=True, slots=True)
class Table:
    """What may leave: a header and rows."""

    header: tuple[str, ...]
    rows: list[tuple[object, ...]]

    def csv(self) -> str:
        """As CSV."""
        return "".join(",".join(map(str, row)) + "\n" for row in (self.header, *self.rows))


def export(
    about: str, prepared: Prepared, agreed: Contract, config: Config, *, weeks: range, ledger: Path,
    rng: random.Random | None = None,
) -> Table:  # fmt: skip
    """Cohorts or the reminder's effect, over the users who registered in `weeks`; `budget.answer` has what it costs.

    Raises `BudgetSpent`, `TooSmall`, and `ValueError` for weeks whose users are not all known yet.
    """
    known = complete_weeks(prepared, config)
    if not weeks or weeks[0] not in known or weeks[-1] not in known:
        raise ValueError(f"weeks {known[0]} to {known[-1]} are over; what became of users of others is not known yet")
    cells = cohort_names(agreed)
    exact = cohort_counts(prepared, weeks, cells) if about == COHORTS else arm_counts(prepared, weeks)
    given = answer(
        ledger, about, weeks, epsilon=config.export.epsilon, budget=config.export.budget,
        counts=lambda: noisy(exact.ravel().tolist(), epsilon=config.export.epsilon, rng=rng or secrets.SystemRandom()),
    )  # fmt: skip
    counts = np.array(given.counts).reshape(exact.shape)
    if about == COHORTS:
        return cohort_table(counts, weeks, cells, k=config.export.smallest_group)
    return effect_table(counts, weeks, config)


def complete_weeks(prepared: Prepared, config: Config) -> range:
    """The weeks of registration of whose users all outcomes are known. The calendar is nobody's secret."""
    over = prepared.split.deployed_at + (config.split.test_days - config.windows.feature_days) * DAY
    return range(int(prepared.users["registered_at"].min()) // _WEEK, over // _WEEK)


def cohort_names(agreed: Contract) -> list[tuple[str, str]]:
    """Platform and channel of every cell: those of the contract, whether or not anybody came that way."""
    columns = agreed.tables["users"].columns
    return [(platform, channel) for platform in columns["platform"].choices for channel in columns["channel"].choices]


def cohort_counts(prepared: Prepared, weeks: range, cells: Sequence[tuple[str, str]]) -> Array:
    """Users in control by week, cell, and whether they came back."""
    users, chosen = prepared.users, prepared.control & (prepared.labels_now != UNKNOWN)
    inside = [chosen & (users["platform"] == platform) & (users["channel"] == channel) for platform, channel in cells]
    week = users["registered_at"] // _WEEK
    return np.array([
        [[((week == one) & cell & (prepared.labels_now == came)).sum() for came in (0, 1)] for cell in inside]
        for one in weeks
    ])  # fmt: skip


def arm_counts(prepared: Prepared, weeks: range) -> Array:
    """Users of the experiment by arm, and whether they came back. Raises `ValueError` where its shares were changed."""
    week, propensity = prepared.users["registered_at"] // _WEEK, prepared.arms["propensity"]
    drawn = (propensity < 1) & (prepared.labels_now != UNKNOWN) & (week >= weeks[0]) & (week <= weeks[-1])
    arms = [drawn & (prepared.arms["arm"] == arm) for arm in ("control", "reminder")]
    if any(len(np.unique(propensity[arm])) > 1 for arm in arms):
        raise ValueError(f"the arms' shares were changed within weeks {weeks[0]} to {weeks[-1]}; ask about less")
    return np.array([[(arm & (prepared.labels_now == came)).sum() for came in (0, 1)] for arm in arms])


def noisy(counts: Sequence[int], *, epsilon: float, rng: random.Random) -> list[int]:
    """Counts with two-sided geometric noise: whole numbers, so that no rounding gives away what was added."""
    return [count + _geometric(epsilon, rng) - _geometric(epsilon, rng) for count in counts]


def noise_variance(epsilon: float) -> float:
    """Of the noise on one count."""
    kept = math.exp(-epsilon)
    return 2 * kept / (1 - kept) ** 2


def cohort_table(counts: Array, weeks: range, cells: Sequence[tuple[str, str]], *, k: int) -> Table:
    """Users and retained by week and cohort. Those that look smaller than `k` are joined, and left out if still so."""
    rows: list[tuple[object, ...]] = []
    for week, found in zip(weeks, counts, strict=True):
        small = found.sum(axis=1) < k
        rows += [
            _row(week, f"{platform}/{channel}", one)
            for (platform, channel), one, joined in zip(cells, found, small, strict=True)
            if not joined
        ]
        if (others := found[small].sum(axis=0)).sum() >= k:
            rows.append(_row(week, OTHERS, others))
    return Table(("week", "cohort", "users", "retained"), rows)


def effect_table(counts: Array, weeks: range, config: Config) -> Table:
    """Share retained by arm, and the effect with an interval that knows both chance and noise."""
    users, retained = counts.sum(axis=1), counts[:, 1]
    if users.min() < config.export.smallest_group:
        raise TooSmall(f"an arm of weeks {weeks[0]} to {weeks[-1]} has too few users; ask about more weeks")
    share = np.clip(retained / users, 0, 1)
    chance = share * (1 - share) / users
    added = noise_variance(config.export.epsilon) * ((1 - share) ** 2 + share**2) / users**2
    effect, error = float(share[1] - share[0]), math.sqrt((chance + added).sum())
    reach = NormalDist().inv_cdf((1 + config.experiment.confidence) / 2) * error
    header = ("first_week", "last_week", "control", "reminder", "effect", "low", "high")
    figures = (*share, effect, effect - reach, effect + reach)
    return Table(header, [(weeks[0], weeks[-1], *(f"{figure:.4f}" for figure in figures))])


def _row(week: int, cohort: str, counts: Array) -> tuple[object, ...]:
    stayed_away, came_back = np.maximum(counts, 0)
    return week, cohort, int(stayed_away + came_back), int(came_back)


def _geometric(epsilon: float, rng: random.Random) -> int:
    """How often in a row a coin falls that falls so with probability e^-epsilon."""
    kept, count = math.exp(-epsilon), 0
    while rng.random() < kept:
        count += 1
    return count
