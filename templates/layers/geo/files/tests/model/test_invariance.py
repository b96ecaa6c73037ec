"""What must not matter does not; what must point one way does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }}.columns import take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FEATURES, NAMES
from {{ cookiecutter.package }}.grid import Grid
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.train import Prepared, fit, prepare


def test_new_numbers_for_wells_change_nothing(tables: Tables, prepared: Prepared, settings: Config) -> None:
    renamed = replace(tables, wells={**tables.wells, "well": tables.wells["well"] * 3 + 7})
    again = prepare(renamed, settings)
    assert np.array_equal(again.sites.values, prepared.sites.values)
    assert np.array_equal(again.log_eur, prepared.log_eur)


def test_rows_in_another_order_give_the_same_model(tables: Tables, finished: Finished, settings: Config) -> None:
    order = np.random.default_rng(1).permutation(len(tables.wells["well"]))
    mixed = prepare(replace(tables, wells=take(tables.wells, order)), settings)
    again = fit(mixed, settings)
    assert np.array_equal(again.process.weights, finished.model.regressor.process.weights)


def test_another_origin_of_the_grid_changes_no_prediction(
    tables: Tables, prepared: Prepared, finished: Finished, settings: Config
) -> None:
    maps = tables.maps
    moved_maps = Grid(maps.layers, maps.west_km + 128.0, maps.south_km + 256.0, maps.cell_km)
    moved_wells = {**tables.wells, "east_km": tables.wells["east_km"] + 128, "north_km": tables.wells["north_km"] + 256}
    moved = prepare(replace(tables, maps=moved_maps, wells=moved_wells), settings)
    again = fit(moved, settings)
    assert np.allclose(again.mean(moved.sites), finished.model.regressor.mean(prepared.sites), atol=0.02)


def test_barrels_in_other_units_move_every_prediction_alike(
    prepared: Prepared, finished: Finished, settings: Config
) -> None:
    cubic_metres = replace(prepared, log_eur=prepared.log_eur + np.log(158.987))
    again = fit(cubic_metres, settings)
    moved = again.mean(prepared.sites) - finished.model.regressor.mean(prepared.sites)
    assert np.allclose(moved, np.log(158.987), atol=1e-3)


@pytest.mark.parametrize("name", NAMES[:4])
def test_more_of_what_makes_oil_gives_more(
    prepared: Prepared, finished: Finished, bounds: dict[str, tuple[float, float]], name: str
) -> None:
    feature, place = FEATURES[NAMES.index(name)], NAMES.index(name)
    ends = []
    for value in np.quantile(prepared.sites.column(name), [0.1, 0.9]):
        values = prepared.sites.values.copy()
        values[:, place] = value
        ends.append(finished.model.regressor.mean(replace(prepared.sites, values=values)))
    assert (feature.direction * (ends[1] - ends[0]) > 0).mean() >= bounds["direction"][0] > 0.5


def test_worse_data_never_gives_a_narrower_interval(prepared: Prepared, finished: Finished) -> None:
    well_known = finished.model.predict(replace(prepared.sites, quality=np.full(len(prepared.sites.id), 0.95)))
    unknown = finished.model.predict(replace(prepared.sites, quality=np.full(len(prepared.sites.id), 0.05)))
    assert (unknown.high - unknown.low > well_known.high - well_known.low).all()
    assert np.array_equal(unknown.mean, well_known.mean)
