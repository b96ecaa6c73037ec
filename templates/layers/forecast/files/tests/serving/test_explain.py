"""An explanation carries drivers, local data quality, an interval, and what to do about them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }}.explain import explain, nearest, quality
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import Prepared


def test_where_the_satellite_was_blind_the_explanation_says_so(
    model: Model, prepared: Prepared, archive: Archive, hours: list[int]
) -> None:
    blind = next(hour for hour in hours if np.isnan(np.asarray(archive.satellite[hour])).any())
    found = prepared.scene(blind)
    data = quality(found, 1)
    for seen in (True, False):
        row, column = (int(one) for one in np.argwhere(data.seen == seen)[0])
        explained = explain(model, found, 1, (row, column))
        assert explained.seen == seen
        assert ("no image" in explained.advice or "neither" in explained.advice) == (not seen)
        assert explained.low <= explained.speed <= explained.high
    assert explain(model, found, 1, (row, column)).drivers["satellite"] != 0


@pytest.mark.parametrize("source", ["satellite", "stations", "relief"])
def test_every_source_drives_the_forecast_somewhere(
    model: Model, prepared: Prepared, hours: list[int], source: str
) -> None:
    cells = [(row, column) for row in range(2, 30, 9) for column in range(2, 30, 9)]
    found = prepared.scene(hours[0])
    assert max(abs(explain(model, found, 3, cell).drivers[source]) for cell in cells) > 0.3


def test_far_from_all_stations_support_is_low_and_advice_follows(
    model: Model, prepared: Prepared, hours: list[int]
) -> None:
    lonely = replace(prepared.scene(hours[0]), support=np.zeros_like(prepared.region.relief))
    explained = explain(model, lonely, 1, (5, 5))
    assert explained.support == 0
    assert "few stations" in explained.advice or "neither" in explained.advice


def test_the_stations_named_are_the_nearest(prepared: Prepared, archive: Archive) -> None:
    stations = archive.stations
    for position in (0, 3):
        cell = (int(stations.row[position]), int(stations.column[position]))
        assert nearest(prepared.region, cell, count=3)[0] == position
