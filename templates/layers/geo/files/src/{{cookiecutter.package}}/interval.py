"""Conformal intervals: as wide as wells that the model had not seen turned out to need, by class of data quality.

The width at a place has two parts. The scale comes from the model: what more wells would tell, and the noise that
grows where maps are poor. The factor comes from held-out wells: how many scales wide it must be to hold its level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import IntervalConfig


@dataclass(frozen=True, slots=True)
class Factors:
    """Half-widths in scales, for places that maps know well and for others, which begin below `poor_quality`."""

    good: float
    poor: float
    poor_quality: float

    def at(self, quality: Array) -> Array:
        """The factor of each place."""
        return np.where(is_poor(quality, self.poor_quality), self.poor, self.good)


def is_poor(quality: Array, below: float) -> Array:
    """Which places the maps know too little about."""
    return np.asarray(quality < below)


def calibrate(error: Array, scale: Array, quality: Array, config: IntervalConfig) -> Factors:
    """Factors from errors (log units) of held-out wells. A class with too few wells takes the larger of all factors."""
    score = np.abs(error) / scale
    poor = is_poor(quality, config.poor_quality)
    whole = conformal_quantile(score, config.level)
    found = {
        kind: conformal_quantile(score[rows], config.level) if rows.sum() >= config.min_wells_per_class else np.inf
        for kind, rows in (("good", ~poor), ("poor", poor))
    }
    known = [value for value in found.values() if np.isfinite(value)]
    fallback = max([whole, *known])
    good, poorer = (value if np.isfinite(value) else fallback for value in found.values())
    return Factors(good, poorer, config.poor_quality)


def conformal_quantile(score: Array, level: float) -> float:
    """What a new score stays below with chance `level`: the ⌈(n+1)·level⌉-th smallest, infinite if there is none."""
    rank = int(np.ceil((len(score) + 1) * level))
    return float(np.sort(score)[rank - 1]) if rank <= len(score) else float("inf")
