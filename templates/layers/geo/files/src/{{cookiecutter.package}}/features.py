"""Features of a site: one function, used by training and serving alike.

A site is a place and a moment. Maps are looked up at the place; of wells only those count that were drilled before the
moment. What is measured in a borehole is not known before it is drilled and is no feature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.grid import Grid, borrowed

NO_WELL_KM = 6.0
"""An earlier well this far away, or farther, drains nothing here."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of the mean. `shape` makes the law nearly linear in it; `direction` is what more of it does."""

    name: str
    unit: str
    reason: str
    shape: Callable[[Array], Array]
    direction: int


FEATURES = (
    Feature("thickness_m", "m", "thickness of the layer", np.log, 1),
    Feature("porosity", "share", "pore space of the rock", np.log, 1),
    Feature("pressure_mpa", "MPa", "pressure in the layer", np.asarray, 1),
    Feature("toc_percent", "%", "organic content", np.log, 1),
    Feature("earlier_well_km", "km, at most 6", "distance to wells that already drain it", np.asarray, 1),
)
NAMES = tuple(feature.name for feature in FEATURES)
_MAPPED = NAMES[:4]


@dataclass(frozen=True, slots=True)
class Sites:
    """One row a site: id, place, moment (seconds), features in their units, how well the maps know it (0 to 1)."""

    id: Array
    east_km: Array
    north_km: Array
    at: Array
    values: Array
    quality: Array
    borrowed: Array

    def rows(self, chosen: Array) -> Sites:
        """The sites chosen by a mask or by positions."""
        return Sites(**{name: getattr(self, name)[chosen] for name in Sites.__slots__})

    def column(self, name: str) -> Array:
        """One feature of all sites."""
        return np.ascontiguousarray(self.values[:, NAMES.index(name)])

    def shaped(self) -> Array:
        """Features as the model takes them, each through its `shape`."""
        return np.column_stack([feature.shape(self.column(feature.name)) for feature in FEATURES])


def compute(maps: Grid, wells: Columns, *, id: Array, east_km: Array, north_km: Array, at: Array) -> Sites:
    """Features of sites. Raises `ValueError` for a site off the maps; a hole in a map borrows from the nearest cell."""
    if not maps.inside(east_km, north_km).all():
        raise ValueError(f"site {id[~maps.inside(east_km, north_km)][0]} lies outside the maps")
    mapped, holes = zip(*(_look_up(maps, name, east_km, north_km) for name in _MAPPED), strict=True)
    hole = np.any(holes, axis=0)
    nearest = nearest_earlier(east_km, north_km, at, wells["east_km"], wells["north_km"], wells["drilled_at"])
    return Sites(
        id=id,
        east_km=east_km,
        north_km=north_km,
        at=at,
        values=np.column_stack([*mapped, nearest]),
        quality=np.where(hole, 0.0, maps.at("quality", east_km, north_km)),
        borrowed=hole,
    )


def nearest_earlier(
    east: Array, north: Array, at: Array, wells_east: Array, wells_north: Array, drilled: Array
) -> Array:
    """Kilometres from each site to the nearest well drilled before its moment; `NO_WELL_KM` where none is as near."""
    found = np.full(len(east), NO_WELL_KM)
    for start in range(0, len(east), 4_096):
        part = slice(start, start + 4_096)
        distance = np.hypot(east[part, None] - wells_east[None, :], north[part, None] - wells_north[None, :])
        distance[drilled[None, :] >= at[part, None]] = np.inf
        found[part] = np.minimum(distance.min(axis=1, initial=np.inf), NO_WELL_KM)
    return found


def _look_up(maps: Grid, name: str, east_km: Array, north_km: Array) -> tuple[Array, Array]:
    """A layer's values at places, and where they are borrowed."""
    values = maps.at(name, east_km, north_km)
    holes = np.isnan(values)
    if holes.any():
        row, column = maps.cells(east_km, north_km)
        values = borrowed(maps.layers[name])[row, column]
    return values, holes
