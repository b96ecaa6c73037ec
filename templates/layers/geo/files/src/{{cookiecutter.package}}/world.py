"""A seeded world of drilling with its ground truth: where wells stand, what they gave, what any cell would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import geology
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.features import NO_WELL_KM, nearest_earlier
from {{ cookiecutter.package }}.geology import Basin
from {{ cookiecutter.package }}.grid import METRES, Grid

DAY = 86_400
TODAY = 4_400 * DAY
"""The moment of training; all times are seconds since the first day of the data."""


@dataclass(frozen=True, slots=True)
class Size:
    """Kilometres along each side of a square basin, wells drilled, and sites proposed afterwards."""

    side_km: int
    wells: int
    proposals: int


SIZES = {
    "small": Size(64, 200, 280),
    "medium": Size(84, 300, 360),
    "large": Size(240, 400, 720),
}


@dataclass(frozen=True, slots=True)
class World:
    """What a company has, and `truth`, which it has not: recovery (thousand barrels) of a well in any cell today."""

    maps: Grid
    wells: Columns
    proposals: Columns
    leases: Columns
    truth: Grid


def make(size: Size, *, seed: int) -> World:
    """One basin with its wells. The same arguments give the same world."""
    rng = np.random.default_rng(seed)
    basin = geology.make(rng, (size.side_km, size.side_km))
    maps = Grid(basin.maps, 0.0, 0.0, 1.0)
    cells = np.arange(size.side_km**2)
    luck = rng.standard_normal(len(cells)).reshape(maps.shape)
    pads = _pads(rng, basin, count=max(8, size.wells // 16))
    wells = _wells(rng, basin, maps, luck, pads, size)
    proposals = _proposals(rng, basin, maps, luck, pads, wells, size)
    return World(maps, wells, proposals, _leases(rng, wells), _truth(basin, maps, luck, wells))


def _pads(rng: np.random.Generator, basin: Basin, *, count: int) -> Array:
    """Rows and columns of fields that were found early: where maps promise much and can be trusted."""
    rows, columns = (index.ravel() for index in np.indices(basin.unseen.shape))
    promise = basin.log_eur(rows, columns, np.full(len(rows), NO_WELL_KM)) + 1.2 * basin.maps["quality"].ravel()
    weight = np.exp(1.5 * (promise - promise.max()))
    chosen = rng.choice(len(rows), size=count, replace=False, p=weight / weight.sum())
    return np.column_stack([columns[chosen] + 0.5, rows[chosen] + 0.5])


def _places(rng: np.random.Generator, maps: Grid, pads: Array, count: int) -> tuple[Array, Array]:
    """Kilometres east and north: two of three beside a known field, as drilling is, the others anywhere."""
    rows, columns = maps.shape
    extent = np.array([columns, rows], dtype=np.float64)
    beside = pads[rng.integers(len(pads), size=count)] + rng.normal(0, 2.0, size=(count, 2))
    anywhere = rng.uniform(0, 1, size=(count, 2)) * extent
    place = np.where(rng.random(count)[:, None] < 0.66, beside, anywhere)
    place = np.clip(np.abs(place), 0.05, None)
    place = np.where(place > extent - 0.05, 2 * extent - place - 0.1, place)
    return np.round(maps.west_km + place[:, 0], 3), np.round(maps.south_km + place[:, 1], 3)


def _wells(rng: np.random.Generator, basin: Basin, maps: Grid, luck: Array, pads: Array, size: Size) -> Columns:
    east, north = _places(rng, maps, pads, size.wells)
    drilled = np.sort(rng.integers(0, TODAY // DAY - 60, size=size.wells)) * DAY
    nearest = nearest_earlier(east, north, drilled, east, north, drilled)
    eur = _yield(basin, maps, luck, east, north, nearest)
    months = (TODAY - drilled) // (30 * DAY)
    early = np.exp(0.35 * np.clip(1 - months / 24, 0, None) * (1 + rng.standard_normal(size.wells)))
    row, column = maps.cells(east, north)
    return {
        "well": np.arange(1, size.wells + 1, dtype=np.int64),
        "drilled_at": drilled.astype(np.int64),
        "east_km": east,
        "north_km": north,
        "months_produced": months.astype(np.int64),
        "logged_thickness_m": np.round(basin.true["thickness_m"][row, column] * rng.lognormal(0, 0.05, size.wells), 1),
        "eur_kbbl": np.round(eur * early, 2),
    }


def _proposals(
    rng: np.random.Generator, basin: Basin, maps: Grid, luck: Array, pads: Array, wells: Columns, size: Size
) -> Columns:
    """Sites that geologists asked about in the two years after training, and what those that were drilled gave."""
    east, north = _places(rng, maps, pads, size.proposals)
    asked = TODAY + np.sort(rng.integers(0, 720, size=size.proposals)) * DAY
    nearest = nearest_earlier(east, north, asked, wells["east_km"], wells["north_km"], wells["drilled_at"])
    eur = _yield(basin, maps, luck, east, north, nearest)
    return {
        "proposal": np.arange(10_001, 10_001 + size.proposals, dtype=np.int64),
        "asked_at": asked.astype(np.int64),
        "east_km": east,
        "north_km": north,
        "eur_kbbl": np.where(rng.random(size.proposals) < 0.6, np.round(eur, 2), np.nan),
    }


def _yield(basin: Basin, maps: Grid, luck: Array, east: Array, north: Array, nearest: Array) -> Array:
    row, column = maps.cells(east, north)
    spread = basin.scatter[row, column] * luck[row, column]
    return np.asarray(np.exp(basin.log_eur(row, column, nearest) + spread))


def _leases(rng: np.random.Generator, wells: Columns) -> Columns:
    """Whose land each well stands on: personal data that the model has no use for."""
    owner = rng.integers(0, 60, size=len(wells["well"]))
    return {
        "well": wells["well"],
        "landowner": np.array([f"Owner {number:03}" for number in owner]),
        "email": np.array([f"owner{number:03}@landowners.example" for number in owner]),
    }


def _truth(basin: Basin, maps: Grid, luck: Array, wells: Columns) -> Grid:
    east, north = maps.centres()
    now = np.full(len(east), TODAY)
    nearest = nearest_earlier(east, north, now, wells["east_km"], wells["north_km"], wells["drilled_at"])
    eur = _yield(basin, maps, luck, east, north, nearest).reshape(maps.shape)
    return Grid({"eur_kbbl": np.round(eur, 2)}, maps.west_km, maps.south_km, maps.cell_km)


def message(proposals: Columns, row: int, *, asked_by: str) -> dict[str, object]:
    """A proposal as the planning desk sends it: metres, its own names, and who asks."""
    chosen = take(proposals, np.array([row]))
    return {
        "id": int(chosen["proposal"][0]),
        "timestamp": int(chosen["asked_at"][0]),
        "easting": round(float(chosen["east_km"][0]) * METRES, 1),
        "northing": round(float(chosen["north_km"][0]) * METRES, 1),
        "asked_by": asked_by,
    }
