"""The world is what it says: its law, its clusters, its poor maps; and the same seed makes the same world."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import geology, world
from {{ cookiecutter.package }}.fields import field
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.world import Size

TINY = Size(side_km=32, wells=60, proposals=40)
ROCK = {
    "thickness_m": np.array([55.0]),
    "porosity": np.array([0.09]),
    "pressure_mpa": np.array([38.0]),
    "toc_percent": np.array([4.0]),
}


def test_the_law_gives_the_recovery_it_was_written_for() -> None:
    assert np.exp(geology.law(ROCK, np.array([6.0])))[0] == pytest.approx(190.0)


@pytest.mark.parametrize("name", list(ROCK))
def test_more_of_anything_gives_more_oil(name: str) -> None:
    more = {**ROCK, name: ROCK[name] * 1.2}
    assert geology.law(more, np.array([6.0]))[0] > geology.law(ROCK, np.array([6.0]))[0]


def test_a_well_beside_an_earlier_one_gives_less() -> None:
    beside, apart = geology.law(ROCK, np.array([0.3])), geology.law(ROCK, np.array([6.0]))
    assert np.exp(beside - apart)[0] == pytest.approx(1 - 0.3 * np.exp(-((0.3 / 1.2) ** 2)))


def test_fields_are_standard_and_fade_with_distance() -> None:
    made = field(np.random.default_rng(3), (200, 200), range_km=8)
    assert made.std() == pytest.approx(1.0, abs=0.15)
    near, far = (float((made[:, :-lag] * made[:, lag:]).mean()) for lag in (2, 30))
    assert near > 0.8
    assert abs(far) < 0.3


def test_maps_err_where_their_quality_is_poor() -> None:
    basin = geology.make(np.random.default_rng(5), (64, 64))
    error = np.abs(np.log(basin.maps["thickness_m"]) - np.log(basin.true["thickness_m"]))
    poor = basin.maps["quality"] < 0.45
    assert 0.2 < poor.mean() < 0.45
    assert np.nanmedian(error[poor]) > 2 * np.nanmedian(error[~poor])


def test_wells_stand_in_clusters(tables: Tables) -> None:
    east, north = tables.wells["east_km"], tables.wells["north_km"]
    distance = np.hypot(east[:, None] - east, north[:, None] - north)
    np.fill_diagonal(distance, np.inf)
    area = tables.maps.shape[0] * tables.maps.shape[1]
    if_scattered = 0.5 * np.sqrt(area / len(east))
    assert np.median(distance.min(axis=1)) < 0.6 * if_scattered


def test_the_truth_is_not_in_any_table_the_model_reads(tables: Tables) -> None:
    assert tables.truth is not None
    assert "eur_kbbl" not in tables.maps.layers


def test_equal_seeds_make_equal_worlds_and_others_do_not() -> None:
    first, same, other = world.make(TINY, seed=3), world.make(TINY, seed=3), world.make(TINY, seed=4)
    for name, values in first.wells.items():
        assert np.array_equal(values, same.wells[name])
    for name, layer in first.maps.layers.items():
        assert np.array_equal(layer, same.maps.layers[name], equal_nan=True)
    assert not np.array_equal(first.wells["eur_kbbl"], other.wells["eur_kbbl"])
