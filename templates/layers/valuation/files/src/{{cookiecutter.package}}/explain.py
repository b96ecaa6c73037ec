"""Why a home has its value: five sales like it, what makes it differ from them, and how much is known around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import ServingConfig
from {{ cookiecutter.package }}.features import FEATURES, GROUPS, NAMES, FeatureTable, positions
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Reference

_ALIKE = {
    "log_area": 0.2,
    "rooms": 1.5,
    "age_years": 15.0,
    "condition": 1.0,
    "log_lake": 1.0,
    "east_km": 0.5,
    "north_km": 0.5,
}
"""How far apart two homes may be in one input to count as one step unlike each other; sales in other towns never do."""

_CALENDAR = frozenset(feature.name for feature in FEATURES if feature.calendar)
_YEARS_APART = 2.0
"""A sale this many years older is one step less alike."""

DOUBTS = {
    "few_sales": "hardly any sale nearby in three years",
    "unlike_any": "unlike any home seen before release",
    "members_disagree": "the networks disagree more than on almost any home before release",
    "old_index": "the newest price index is old",
    "no_like_sale": "no sale of the town is comparable",
}


@dataclass(frozen=True, slots=True)
class Comparable:
    """A sale like the home: when, for how much, what that would be at today's index, and how many steps it is apart."""

    deed: int
    sold_on: int
    price_eur: float
    indexed_eur: float
    area_m2: float
    distance_m: float
    steps: float


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales that may be shown as comparables: registered, plausible, in order of time."""

    features: FeatureTable
    price_eur: Array
    registered_on: Array

    def like(self, home: FeatureTable, *, count: int) -> list[int]:
        """Positions of the `count` sales most like the one home, the most alike first, all known before its day."""
        apart = self._steps(home)
        known = (self.registered_on < home.at[0]) & (self.features.town == home.town[0])
        apart[~known] = np.inf
        nearest = np.argsort(apart, kind="stable")[:count]
        return [int(row) for row in nearest if np.isfinite(apart[row])]

    def comparables(self, home: FeatureTable, *, count: int) -> list[Comparable]:
        """The sales most like a home, in the words of a valuer."""
        apart, index_now = self._steps(home), float(home.column("log_index")[0])
        east, north = (self.features.column(name) - home.column(name)[0] for name in ("east_km", "north_km"))
        return [
            Comparable(
                deed=int(self.features.subject[row]),
                sold_on=int(self.features.at[row]),
                price_eur=float(self.price_eur[row]),
                indexed_eur=float(self.price_eur[row] * np.exp(index_now - self.features.column("log_index")[row])),
                area_m2=float(np.exp(self.features.column("log_area")[row])),
                distance_m=float(1_000 * np.hypot(east[row], north[row])),
                steps=float(apart[row]),
            )
            for row in self.like(home, count=count)
        ]

    def _steps(self, home: FeatureTable) -> Array:
        squares = [((self.features.column(name) - home.column(name)[0]) / step) ** 2 for name, step in _ALIKE.items()]
        age = (self.features.at - home.at[0]) / 365.25 / _YEARS_APART
        return np.asarray(np.sqrt(np.sum([*squares, age**2], axis=0)))


def drivers(model: Model, home: FeatureTable, sold: Sold, *, count: int) -> dict[str, float]:
    """By how much the value would change if the home were in one respect like its comparables; strongest first.

    `{"size": 0.12}`: with the comparables' size it would be worth 12 per cent less, its own size adds that much.
    """
    rows = sold.like(home, count=count)
    if not rows:
        return {}
    usual = np.median(sold.features.values[rows], axis=0)
    changed = np.repeat(home.values, len(GROUPS) + 1, axis=0)
    for number, group in enumerate(GROUPS):
        changed[number, positions(group)] = usual[positions(group)]
    expected = model.predict(changed).expected
    # The base of a value is area times index, so these two groups move it too.
    log_area, log_index = NAMES.index("log_area"), NAMES.index("log_index")
    base = changed[:, log_area] + changed[:, log_index]
    total = expected + base
    adds = {group: float(np.exp(total[-1] - total[number]) - 1) for number, group in enumerate(GROUPS)}
    return dict(sorted(adds.items(), key=lambda item: -abs(item[1])))


def doubts(model: Model, home: FeatureTable, sold: Sold, normal: Reference, config: ServingConfig) -> list[str]:
    """Why the value of this one home is not to be trusted without a visit, by code; mostly empty."""
    found = []
    if home.near_sales[0] < model.widths.few_sales:
        found.append("few_sales")
    if unusual(home, normal):
        found.append("unlike_any")
    if float(model.predict(home.values).doubt[0]) > np.interp(
        config.doubt_quantile, np.linspace(0, 1, 101), normal.doubt
    ):
        found.append("members_disagree")
    if home.index_age_days[0] > config.max_index_age_days:
        found.append("old_index")
    if not sold.like(home, count=1):
        found.append("no_like_sale")
    return found


def unusual(home: FeatureTable, normal: Reference) -> list[str]:
    """Inputs outside all that was seen before release; those of the calendar move on and do not count."""
    outside = []
    for name, value in zip(NAMES, home.values[0], strict=True):
        low, high = normal.ranges[name]
        if name not in _CALENDAR and not low <= value <= high:
            outside.append(name)
    return outside
