"""What must not matter does not; what must point one way does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }}.features import Region, scene
from {{ cookiecutter.package }}.fields import Archive, Snapshot
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import Prepared

RADIUS = 5.0


def test_stations_in_another_order_change_no_scene(archive: Archive, prepared: Prepared, hours: list[int]) -> None:
    order = np.random.default_rng(1).permutation(len(archive.stations.station))
    places = replace(archive.stations, row=archive.stations.row[order], column=archive.stations.column[order])
    mixed = Region.of(replace(archive, stations=places), radius=RADIUS)
    now = archive.snapshot(hours[0])
    other = scene(None, replace(now, observed=now.observed[order]), mixed, prepared.scaling)
    assert np.allclose(other.channels, scene(None, now, prepared.region, prepared.scaling).channels, atol=1e-5)


def test_the_world_pushed_east_gives_the_forecast_pushed_east(
    archive: Archive, prepared: Prepared, model: Model, hours: list[int]
) -> None:
    """Eight cells are a whole number of places of the code; the grid has no preferred column."""
    by = 8
    cells = archive.relief.shape[1]
    places = replace(archive.stations, column=(archive.stations.column + by) % cells)
    moved = replace(archive, relief=np.roll(archive.relief, by, axis=1), stations=places)
    region = Region.of(moved, radius=RADIUS)

    def pushed(hour: int) -> Snapshot:
        now = archive.snapshot(hour)
        return replace(now, satellite=np.roll(now.satellite, by, axis=1))

    for hour in hours[:3]:
        here = model.forecast(prepared.scene(hour), 3).speed
        there = model.forecast(scene(pushed(hour - 1), pushed(hour), region, prepared.scaling), 3).speed
        assert np.allclose(np.roll(here, by, axis=1), there, atol=0.01)


def test_rows_are_rows_and_columns_are_columns(archive: Archive, prepared: Prepared, hours: list[int]) -> None:
    """An observation raises the analysis at its own station, not at the mirrored place."""
    stations = archive.stations
    apart = [one for one in range(len(stations.row)) if abs(int(stations.row[one]) - int(stations.column[one])) > 4]
    for position in apart[:3]:
        now = archive.snapshot(hours[0])
        observed = np.full_like(now.observed, np.nan)
        observed[position] = 30.0
        channels = scene(None, replace(now, observed=observed), prepared.region, prepared.scaling).channels
        peak = np.unravel_index(channels[2].argmax(), channels[2].shape)
        assert peak == (stations.row[position], stations.column[position])


@pytest.mark.parametrize("lead", [0, 3])
def test_more_wind_at_the_stations_gives_more_wind_in_the_forecast(
    archive: Archive, prepared: Prepared, model: Model, hours: list[int], lead: int
) -> None:
    for hour in hours[:3]:
        before, now = archive.snapshot(hour - 1), archive.snapshot(hour)
        more = replace(now, observed=now.observed + 2.0)
        speeds = [
            model.forecast(scene(before, one, prepared.region, prepared.scaling), lead).speed.mean()
            for one in (now, more)
        ]
        assert speeds[1] > speeds[0] + 0.2


def test_the_flow_is_found_to_a_fraction_of_a_cell(archive: Archive, prepared: Prepared) -> None:
    assert archive.steering is not None
    some = range(1, archive.hours, 7)
    errors = [np.array(prepared.scene(hour).steering) - np.asarray(archive.steering[hour]) for hour in some]
    assert np.median(np.abs(errors)) < 0.3
