"""Why a user got a score, how sure it is among users like this one, and how well this one was heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import ExplainConfig
from {{ cookiecutter.package }}.features import FEATURES, HEARD, MEANINGS, FeatureTable
from {{ cookiecutter.package }}.model import Classifier

_Z90 = 1.645


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that moves the score, in words for a product team; `adds` is in log-odds, below 0 towards leaving."""

    code: str
    text: str
    value: float
    unit: str
    adds: float


@dataclass(frozen=True, slots=True)
class Experience:
    """What the model has seen: users of each kind, and score and outcome of the calibration users, by score."""

    alike: Mapping[str, int]
    scores: list[float]
    outcomes: list[int]

    def plain(self) -> dict[str, Any]:
        """As plain values, to be kept beside the model."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Footing:
    """How sure a score is here: the 90 % interval of what became of users with a like score, how many users of this
    kind were trained on, and whether that is `thin`; events heard of, from how many sources, and the share late."""

    low: float
    high: float
    alike: int
    thin: bool
    events: int
    sources: int
    late_share: float


def experience(seen: FeatureTable, score: Array, retained: Array) -> Experience:
    """From the users trained on, and the calibration users' scores and outcomes."""
    kinds, counts = np.unique(np.array([kind(values) for values in seen.values]), return_counts=True)
    order = np.argsort(score, kind="stable")
    return Experience(
        dict(zip(kinds.tolist(), counts.tolist(), strict=True)), score[order].tolist(), retained[order].tolist()
    )


def kind(values: Array) -> str:
    """What users must share to count as alike: platform, channel, and on how many days they came."""
    told = dict(zip(FEATURES, values, strict=True))
    shared = ("on_ios", "on_web", "from_advert", "from_friend", "active_days")
    return "/".join(str(int(told[name])) for name in shared)


def reasons(classifier: Classifier, values: Array, *, count: int) -> list[Reason]:
    """The `count` things that move the score of one row of features most, in either direction."""
    added = classifier.contributions(values.reshape(1, -1))[0]
    strongest = np.argsort(-np.abs(added), kind="stable")[:count]
    return [
        Reason(name, MEANINGS[name].text, float(values[position]), MEANINGS[name].unit, float(added[position]))
        for position in strongest
        for name in [FEATURES[position]]
    ]


def footing(seen: Experience, score: float, values: Array, heard: Array, config: ExplainConfig) -> Footing:
    """What the score of one user rests on."""
    scores, outcomes = np.array(seen.scores), np.array(seen.outcomes)
    nearest = np.argsort(np.abs(scores - score), kind="stable")[: config.neighbours]
    low, high = wilson(int(outcomes[nearest].sum()), len(nearest))
    alike = seen.alike.get(kind(values), 0)
    events, sources, late = (float(value) for value in heard[: len(HEARD)])
    return Footing(low, high, alike, alike < config.min_alike, int(events), int(sources), late / max(events, 1.0))


def unusual(ranges: Mapping[str, list[float]], values: Array) -> list[str]:
    """Features outside all that was seen before release: there the score is a guess."""
    outside = []
    for name, value in zip(FEATURES, values, strict=True):
        low, high = ranges[name]
        if not np.isnan(value) and not low <= value <= high:
            outside.append(name)
    return outside


def wilson(hits: int, count: int, z: float = _Z90) -> tuple[float, float]:
    """Interval of a share; the whole range where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share = hits / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))
