"""Why a site gets its number, how good the data there is, and which wells stand near: never one without the others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.features import FEATURES, Sites
from {{ cookiecutter.package }}.model import Regressor

GROUND = "wells_nearby"
_GROUND_TEXT = "what wells nearby gave beyond what their maps say"


@dataclass(frozen=True, slots=True)
class Driver:
    """One thing that moves the prediction away from a typical well; `times` is the factor by which it does."""

    name: str
    text: str
    value: float
    unit: str
    times: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A well near a site: how far, and what it gave."""

    well: int
    km: float
    eur_kbbl: float


def contributions(regressor: Regressor, sites: Sites) -> tuple[float, Array, Array]:
    """Log recovery of a typical well, and what each feature and the ground add to it at each site (rows).

    Shapley values over the features, exact: with five there are only 32 mixtures of a site and a typical one. Typical
    is the average of the wells learned from. Base, features and ground add up to the prediction.
    """
    count = len(FEATURES)
    rows = regressor.rows(sites)
    mixtures = _subsets(range(count))
    mixed = np.repeat(rows[None, :, :], len(mixtures), axis=0)
    for number, chosen in enumerate(mixtures):
        mixed[number, :, [place for place in range(count) if place not in chosen]] = 0.0
    by_maps = regressor.process.parts(mixed.reshape(-1, rows.shape[1]))[:-1]
    worth = dict(zip(mixtures, np.sum(by_maps, axis=0).reshape(len(mixtures), -1), strict=True))
    added = np.zeros((len(rows), count))
    for feature in range(count):
        for others in _subsets(place for place in range(count) if place != feature):
            weight = 1 / (count * math.comb(count - 1, len(others)))
            added[:, feature] += weight * (worth[others | {feature}] - worth[others])
    base = regressor.level + float(worth[frozenset()][0])
    return base, added, regressor.process.parts(rows)[-1]


def drivers(regressor: Regressor, site: Sites, *, count: int) -> list[Driver]:
    """The `count` strongest drivers of one site, the strongest first."""
    _, by_feature, by_ground = contributions(regressor, site)
    nearest = Driver(GROUND, _GROUND_TEXT, float(by_ground[0]), "log units", math.exp(by_ground[0]))
    found = [
        Driver(feature.name, feature.reason, float(site.values[0, place]), feature.unit, math.exp(by_feature[0, place]))
        for place, feature in enumerate(FEATURES)
    ]
    return sorted([*found, nearest], key=lambda driver: -abs(math.log(driver.times)))[:count]


def neighbours(wells: Columns, east_km: float, north_km: float, *, count: int) -> list[Neighbour]:
    """The nearest of the given wells, the nearest first; give only those whose recovery is known."""
    distance = np.hypot(wells["east_km"] - east_km, wells["north_km"] - north_km)
    nearest = np.lexsort((wells["well"], distance))[:count]
    return [
        Neighbour(int(wells["well"][row]), round(float(distance[row]), 2), float(wells["eur_kbbl"][row]))
        for row in nearest
    ]


def _subsets(places: Iterable[int]) -> list[frozenset[int]]:
    members = list(places)
    return [frozenset(chosen) for size in range(len(members) + 1) for chosen in itertools.combinations(members, size)]
