"""Why a payment got its decision, and whether the model has seen its like before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import FEATURES, NAMES
from {{ cookiecutter.package }}.model import Classifier


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that made the payment more suspicious, in words for an analyst; `adds` is in log-odds."""

    code: str
    text: str
    value: float
    unit: str
    adds: float


def reasons(classifier: Classifier, values: Array, *, count: int) -> list[Reason]:
    """The `count` strongest reasons for suspicion of one row of features, the strongest first."""
    added = classifier.contributions(values.reshape(1, -1))[0]
    strongest = [position for position in np.argsort(-added, kind="stable")[:count] if added[position] > 0]
    return [
        Reason(feature.name, feature.reason, float(values[position]), feature.unit, float(added[position]))
        for position in strongest
        for feature in [FEATURES[position]]
    ]


def unusual(ranges: Mapping[str, list[float]], values: Array) -> list[str]:
    """Features outside all that was seen before release: there the score is a guess, and a person should look."""
    outside = []
    for name, value in zip(NAMES, values, strict=True):
        low, high = ranges[name]
        if not np.isnan(value) and not low <= value <= high:
            outside.append(name)
    return outside
