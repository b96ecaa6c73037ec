"""Cohorts for others: no group in which a person could be told, and counts with noise that hides any one of them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.baseline import cohorts
from {{ cookiecutter.package }}.columns import Array, Columns, length
from {{ cookiecutter.package }}.config import ExportConfig
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared

OTHERS = "others"
_WEEK = 7 * DAY


class TooSmall(ValueError):
    """An export in which a group is so small that persons could be told apart."""


@dataclass(frozen=True, slots=True)
class Export:
    """Cohorts that may leave: week, cohort, users and retained, both noisy; how many users were left out."""

    rows: Columns
    left_out: int


def export(prepared: Prepared, config: ExportConfig, *, key: bytes) -> Export:
    """Users and retained users by week of registration, platform and channel, in the control arm.

    Each user is in one cell of one table and moves one count of it, users who came back or users who did not, so
    the noise of `epsilon` on each count covers the counts of the table. Small groups of a week are joined to `others`;
    a week whose others are still too few is left out. Which those are goes by exact counts, and nobody adds up what
    several exports tell of the same users: mlsmith's layer `dp` closes both. The noise comes from `key` and the counts:
    without the key nobody can take it off again, and asking twice gives the same answer instead of an average.
    """
    chosen = prepared.control & (prepared.labels_now != UNKNOWN)
    users = {name: prepared.users[name][chosen] for name in ("registered_at", "platform", "channel")}
    week = users["registered_at"] // _WEEK
    cohort, left_out = join_small(week, cohorts(users["platform"], users["channel"]), k=config.smallest_group)
    kept = ~left_out
    week, cohort, retained = week[kept], cohort[kept], prepared.labels_now[chosen][kept]
    label = np.array([f"{one:05}|{other}" for one, other in zip(week, cohort, strict=True)])
    cells, cell = np.unique(label, return_inverse=True)
    counts = np.array([np.bincount(cell, weights=retained == came, minlength=len(cells)) for came in (0, 1)])
    secret = hmac.new(key, counts.tobytes(), hashlib.sha256).digest()
    stayed_away, came_back = noisy(counts, epsilon=config.epsilon, rng=np.random.default_rng(list(secret)))
    names = [text.split("|") for text in cells]
    rows = {
        "week": np.array([int(week) for week, _ in names], dtype=np.int64),
        "cohort": np.array([cohort for _, cohort in names]),
        "users": stayed_away + came_back,
        "retained": came_back,
    }
    require_k(np.bincount(cell, minlength=len(cells)), k=config.smallest_group)
    return Export(rows, int(left_out.sum()))


def join_small(week: Array, cohort: Array, *, k: int) -> tuple[Array, Array]:
    """Each user's group, with those of fewer than `k` users joined to `others`, and who is left out even so."""
    joined, left_out = cohort.astype("U32"), np.zeros(len(cohort), dtype=bool)
    for one in np.unique(week):
        names, counts = np.unique(cohort[week == one], return_counts=True)
        small = (week == one) & np.isin(cohort, names[counts < k])
        joined[small] = OTHERS
        if small.sum() < k:
            left_out |= small
    return joined, left_out


def require_k(sizes: Array, *, k: int) -> None:
    """Raise `TooSmall` unless every group has at least `k` users."""
    if len(sizes) and sizes.min() < k:
        raise TooSmall(f"{int((sizes < k).sum())} groups have fewer than {k} users; join them or leave them out")


def noisy(counts: Array, *, epsilon: float, rng: np.random.Generator) -> Array:
    """Counts with two-sided geometric noise, never below 0: whole numbers, and no floating point to leak by."""
    stop = 1 - np.exp(-epsilon)
    noise = rng.geometric(stop, size=counts.shape) - rng.geometric(stop, size=counts.shape)
    return np.maximum(np.rint(counts).astype(np.int64) + noise, 0)


def text(made: Export) -> str:
    """The export as CSV."""
    names = list(made.rows)
    lines = [",".join(names)]
    lines += [",".join(str(made.rows[name][row]) for name in names) for row in range(length(made.rows))]
    return "\n".join(lines) + "\n"
