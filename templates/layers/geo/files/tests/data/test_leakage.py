"""A feature may know only what was known before the site was drilled: cut the history there and nothing may change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from {{ cookiecutter.package }} import features
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.features import NAMES, compute
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.train import Prepared

OUTCOMES = ("logged_thickness_m", "months_produced", "eur_kbbl")


def test_features_are_the_same_when_later_wells_have_not_been_drilled_yet(tables: Tables, prepared: Prepared) -> None:
    assert leaking(tables, prepared) == []


def test_a_planted_look_at_later_wells_is_caught(
    tables: Tables, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest: Callable[..., Array] = features.nearest_earlier

    def careless(east: Array, north: Array, at: Array, *wells: Array) -> Array:
        return honest(east, north, np.full_like(at, at.max() + 1) if len(at) > 1 else at, *wells)

    monkeypatch.setattr(features, "nearest_earlier", careless)
    assert leaking(tables, sites_again(tables, prepared)) == ["earlier_well_km"]


def test_no_outcome_of_any_well_reaches_a_feature(tables: Tables, prepared: Prepared) -> None:
    changed = {**tables.wells, **{name: tables.wells[name] * 2 + 1 for name in OUTCOMES}}
    again = compute_all(tables, changed, prepared)
    assert np.array_equal(again.values, prepared.sites.values)
    assert np.array_equal(again.quality, prepared.sites.quality)


def test_a_site_nobody_has_drilled_has_every_feature(tables: Tables) -> None:
    bare = {name: tables.wells[name] for name in ("drilled_at", "east_km", "north_km")}
    asked = tables.proposals
    found = compute(
        tables.maps, bare, id=asked["proposal"], east_km=asked["east_km"], north_km=asked["north_km"],
        at=asked["asked_at"],
    )  # fmt: skip
    assert np.isfinite(found.values).all()


def test_a_site_in_a_hole_of_the_maps_borrows_and_says_so(tables: Tables) -> None:
    holes = np.isnan(tables.maps.layers["thickness_m"].ravel())
    east, north = (values[holes] for values in tables.maps.centres())
    found = compute(
        tables.maps, tables.wells, id=np.arange(len(east)), east_km=east, north_km=north, at=np.full(len(east), 1)
    )
    assert len(east) > 10
    assert found.borrowed.all()
    assert (found.quality == 0).all()
    assert np.isfinite(found.values).all()


def sites_again(tables: Tables, prepared: Prepared) -> Prepared:
    """The same wells with features computed anew, by whatever the code does now."""
    found = compute_all(tables, tables.wells, prepared)
    return Prepared(prepared.maps, prepared.wells, prepared.known, found, prepared.log_eur, prepared.folds)


def compute_all(tables: Tables, wells: Columns, prepared: Prepared) -> features.Sites:
    """Features of the mature wells, given these wells."""
    known = prepared.known
    return compute(
        tables.maps, wells, id=known["well"], east_km=known["east_km"], north_km=known["north_km"],
        at=known["drilled_at"],
    )  # fmt: skip


def leaking(tables: Tables, prepared: Prepared) -> list[str]:
    """Features that differ between the whole history and the one cut at each well's own moment."""
    found: set[str] = set()
    for row in range(0, len(prepared.sites.id), 5):
        site = prepared.sites.rows(np.array([row]))
        past = take(tables.wells, tables.wells["drilled_at"] < site.at[0])
        then = compute(tables.maps, past, id=site.id, east_km=site.east_km, north_km=site.north_km, at=site.at).values[
            0
        ]
        found |= {name for name, a, b in zip(NAMES, then, site.values[0], strict=True) if a != b}
    return sorted(found)
