"""The made market: three towns, their quarters and lakes, what a home is worth there, and how that moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns

TOWNS = np.array(["Norrvik", "Ekeby", "Sundby"])
FIRST_YEAR = 2015
MONTH = 30.4375
"""Days in a month, on average. Time is counted in days since the first of January of `FIRST_YEAR`."""

YEAR = 365.25
_QUARTERS, _LAKES, _WAVES = 12, 3, 24
_CONDITION = np.array([-0.26, -0.11, 0.0, 0.08, 0.17])


@dataclass(frozen=True, slots=True)
class Market:
    """Where things are (metres) and what they add to the logarithm of a price; `log_index` is [town, month]."""

    centre: Array
    quarter: Array
    quarter_town: Array
    quarter_effect: Array
    wave: Array
    phase: Array
    lake: Array
    lake_town: Array
    log_index: Array


def draw(rng: np.random.Generator, *, years: int) -> Market:
    """A market of three towns, thirty kilometres apart."""
    centre = np.array([[20_000.0, 20_000.0], [50_000.0, 26_000.0], [33_000.0, 52_000.0]])
    quarter_town = np.repeat(np.arange(len(TOWNS)), _QUARTERS)
    lake_town = np.repeat(np.arange(len(TOWNS)), _LAKES)
    shores = centre[lake_town] + rng.normal(0, 2_200, size=(len(lake_town), 2))
    months = years * 12 + 2
    steps = 0.004 + rng.normal(0, 0.006, size=months) + rng.normal(0, 0.003, size=(len(TOWNS), months))
    return Market(
        centre=centre,
        quarter=centre[quarter_town] + rng.normal(0, 1_500, size=(len(quarter_town), 2)),
        quarter_town=quarter_town,
        quarter_effect=rng.normal(0, 0.16, size=len(quarter_town)),
        wave=rng.normal(0, 1 / 900, size=(_WAVES, 2)),
        phase=rng.uniform(0, 2 * np.pi, size=_WAVES),
        lake=np.c_[shores, rng.uniform(150, 500, size=len(lake_town))],
        lake_town=lake_town,
        log_index=np.log([[2_700.0], [2_200.0], [1_800.0]]) + np.cumsum(steps, axis=1),
    )


def index_at(market: Market, town: Array, day: Array) -> Array:
    """The logarithm of the true price level (euro per m²) in a town on a day."""
    middles = (np.arange(market.log_index.shape[1]) + 0.5) * MONTH
    levels = np.stack([np.interp(day, middles, level) for level in market.log_index])
    return np.asarray(levels[town, np.arange(len(day))])


def lake_distance(market: Market, place: Array, town: Array) -> Array:
    """Metres to the nearest shore of the town's lakes."""
    gap = np.hypot(*(place[:, None, :] - market.lake[None, :, :2]).transpose(2, 0, 1)) - market.lake[:, 2]
    return np.asarray(np.where(market.lake_town == town[:, None], np.maximum(gap, 0), np.inf).min(axis=1))


def log_value(market: Market, homes: Columns, day: Array) -> Array:
    """The logarithm of what a home is worth on a day, in euro: the truth that no table of the bank's has."""
    town, place = homes["town_number"], np.c_[homes["x_m"], homes["y_m"]]
    area, rooms = homes["true_area_m2"], homes["rooms"]
    age = FIRST_YEAR + day / YEAR - homes["built_year"]
    near = np.hypot(*(place[:, None, :] - market.quarter[None]).transpose(2, 0, 1)).argmin(axis=1)
    field = np.sqrt(2 / _WAVES) * np.cos(place @ market.wave.T + market.phase).sum(axis=1)
    shore = (0.15 + 0.02 * day / YEAR) * np.exp(-lake_distance(market, place, town) / 400)
    return np.asarray(
        index_at(market, town, day)
        + np.log(area)
        - 0.13 * (np.log(area) - np.log(95))
        + 0.03 * np.clip(rooms - area / 28, -2, 2)
        + _CONDITION[homes["condition"] - 1]
        + 0.16
        - 0.28 * (1 - np.exp(-age / 35))
        + 0.12 * (homes["built_year"] < 1920)
        + market.quarter_effect[near]
        + 0.08 * field
        + shore
    )
