"""A seeded world of homes and sales with its ground truth: tables as a land registry has them, errors included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }} import market
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.market import MONTH, TOWNS, YEAR, Market

SQUARE_FEET = 10.763910416709722
"""Square feet in a square metre."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is. `offset` keeps the ids of several shards apart."""

    sales: int
    years: int = 10
    shards: int = 1
    offset: int = 0


SIZES = {"small": Size(sales=6_000), "medium": Size(sales=40_000), "large": Size(sales=40_000, shards=50)}


def make(size: Size, *, seed: int, draw: int = 0) -> dict[str, Columns]:
    """One shard of a world, by table. Worlds of one seed share towns and market; `draw` gives other homes and sales.

    `truth` is the table that no bank has: what each home sold was worth, and what is wrong with its row.
    """
    place = market.draw(np.random.default_rng(seed), years=size.years)
    rng = np.random.default_rng([seed, draw, size.offset])
    homes = _homes(rng, place, count=int(0.8 * size.sales), offset=size.offset)
    deeds, truth = _sell(rng, place, homes, size)
    return {
        "properties": _registered(rng, homes),
        "deeds": deeds,
        "market_index": _published(np.random.default_rng([seed, 1]), place, size),
        "lakes": {
            "lake": np.arange(len(place.lake_town)),
            "town": TOWNS[place.lake_town],
            **{name: place.lake[:, number] for number, name in enumerate(("x_m", "y_m", "radius_m"))},
        },
        "towns": {"town": TOWNS, "x_m": place.centre[:, 0], "y_m": place.centre[:, 1]},
        "truth": truth,
    }


def shards(size: Size, *, seed: int) -> Iterator[dict[str, Columns]]:
    """A world too large for memory, some of the homes after the others; ids do not collide."""
    for shard in range(size.shards):
        part = make(replace(size, shards=1, offset=shard * 10_000_000), seed=seed)
        yield part if shard == 0 else {name: part[name] for name in ("properties", "deeds", "truth")}


def _homes(rng: np.random.Generator, place: Market, *, count: int, offset: int) -> Columns:
    """Homes in quarters, and one in twenty alone in the country, where few others are sold."""
    quarter = rng.integers(len(place.quarter), size=count)
    town = place.quarter_town[quarter]
    alone = rng.random(count) < 0.05
    spot = np.where(
        alone[:, None],
        place.centre[town] + rng.uniform(-7_000, 7_000, size=(count, 2)),
        place.quarter[quarter] + rng.normal(0, 380, size=(count, 2)),
    )
    area = np.round(np.clip(rng.lognormal(np.log(95), 0.38, size=count), 25, 320))
    built = np.where(
        rng.random(count) < 0.15, rng.integers(1880, 1930, size=count), rng.integers(1930, 2015, size=count)
    )
    return {
        "property": np.arange(count, dtype=np.int64) + offset,
        "town_number": town,
        "x_m": np.round(spot[:, 0], 1),
        "y_m": np.round(spot[:, 1], 1),
        "true_area_m2": area,
        "slipped": rng.random(count) < 0.005,
        "rooms": np.clip(np.round(area / 28 + rng.normal(0, 0.7, size=count)), 1, 12).astype(np.int64),
        "built_year": built.astype(np.int64),
        "condition": rng.choice(np.arange(1, 6), p=[0.06, 0.2, 0.4, 0.24, 0.1], size=count),
    }


def _sell(rng: np.random.Generator, place: Market, homes: Columns, size: Size) -> tuple[Columns, Columns]:
    """Sales in order of their day: value and eight per cent of noise; a decimal slips in one price in two hundred."""
    count = size.sales
    day = np.sort(rng.integers(0, int(size.years * YEAR), size=count))
    home = rng.integers(len(homes["property"]), size=count)
    value = np.exp(market.log_value(place, take(homes, home), day.astype(np.float64)))
    decimal = rng.random(count) < 0.005
    slip = np.where(decimal, rng.choice([0.1, 10.0], size=count), 1.0)
    deed = np.arange(count, dtype=np.int64) + size.offset
    buyer = rng.integers(1_000, 1_000 + 3 * count, size=count) + size.offset
    deeds = {
        "deed": deed,
        "property": homes["property"][home],
        "sold_on": day.astype(np.int64),
        "registered_on": (day + rng.integers(5, 45, size=count)).astype(np.int64),
        "price_eur": np.round(value * np.exp(rng.normal(0, 0.08, size=count)) * slip, -2),
        "buyer": buyer,
        "buyer_name": np.array([f"Buyer No. {number}" for number in buyer]),
    }
    error = np.select([decimal, homes["slipped"][home]], ["decimal", "square feet"], "none")
    return deeds, {"deed": deed, "value_eur": value, "error": error}


def _registered(rng: np.random.Generator, homes: Columns) -> Columns:
    """Homes as the register has them: a part honestly in square feet, some square feet passed off as square metres."""
    count = len(homes["property"])
    feet = (rng.random(count) < 0.15) & ~homes["slipped"]
    area = np.where(feet | homes["slipped"], np.round(homes["true_area_m2"] * SQUARE_FEET), homes["true_area_m2"])
    return {
        "property": homes["property"],
        "town": TOWNS[homes["town_number"]],
        **{name: homes[name] for name in ("x_m", "y_m", "rooms", "built_year", "condition")},
        "area": area,
        "area_unit": np.where(feet, "sqft", "m2"),
        "address": np.array([f"Example Street {number}" for number in homes["property"]]),
        "owner_name": np.array([f"Owner No. {number}" for number in rng.integers(10 * count, size=count)]),
    }


def _published(rng: np.random.Generator, place: Market, size: Size) -> Columns:
    """The price index of every month, measured with one per cent of error and published four weeks after its end."""
    months = np.arange(-1, size.years * 12)
    known = np.clip(months, 0, None)
    level = np.exp(place.log_index[:, known] + rng.normal(0, 0.01, size=(len(TOWNS), len(months))))
    town, month = np.divmod(np.arange(level.size), len(months))
    return {
        "town": TOWNS[town],
        "month": months[month],
        "published_on": np.floor((months[month] + 1) * MONTH).astype(np.int64) + np.where(months[month] < 0, 0, 28),
        "eur_per_m2": np.round(level.ravel(), 1),
    }
