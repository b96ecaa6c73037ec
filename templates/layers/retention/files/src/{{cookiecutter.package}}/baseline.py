"""The cohort rate: how many of those who came the same way came back. Baseline, and fallback of the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array

VERSION = "cohort-rate-1"
_SMOOTHING = 20


@dataclass(frozen=True, slots=True)
class CohortRate:
    """Share retained by platform and channel, `platform/channel` → rate, and over all."""

    rates: Mapping[str, float]
    overall: float

    def probability(self, platform: Array, channel: Array) -> Array:
        """The rate of each user's cohort; of all users where the cohort is new."""
        return np.array([self.rates.get(one, self.overall) for one in cohorts(platform, channel)])


def fit(platform: Array, channel: Array, retained: Array) -> CohortRate:
    """Rates of the training period, drawn to the overall rate where a cohort is small."""
    overall = float(retained.mean())
    names = cohorts(platform, channel)
    rates = {}
    for name in np.unique(names):
        own = retained[names == name]
        rates[str(name)] = float((own.sum() + _SMOOTHING * overall) / (len(own) + _SMOOTHING))
    return CohortRate(rates, overall)


def cohorts(platform: Array, channel: Array) -> Array:
    """The name of each user's cohort."""
    return np.array([f"{one}/{other}" for one, other in zip(platform, channel, strict=True)])
