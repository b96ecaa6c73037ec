"""The made world is what its words say: seeded, streamed, and made of what the tests rely on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import world
from {{ cookiecutter.package }}.chunks import Chunks
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.motion import carried, displacement
from {{ cookiecutter.package }}.spectra import retention, sharpness


def test_equal_seeds_give_equal_worlds(archive: Archive) -> None:
    again, other = (world.make(world.SIZES["small"], seed=seed) for seed in (7, 8))
    assert np.array_equal(again.satellite[:], archive.satellite[:], equal_nan=True)
    assert not np.array_equal(other.reanalysis[:], archive.reanalysis[:])


def test_the_store_is_chunked_and_read_lazily(archive: Archive) -> None:
    assert isinstance(archive.satellite, Chunks)
    assert archive.satellite.block == world.SIZES["small"].block
    assert archive.satellite[5:5].shape == (0, 32, 32)
    whole = np.asarray(archive.satellite[:])
    assert np.array_equal(archive.satellite[40:150], whole[40:150], equal_nan=True)
    assert np.array_equal(archive.satellite[1199], whole[1199], equal_nan=True)
    for outside in (-1, 1_200):
        with pytest.raises(IndexError):
            archive.satellite[outside]


def test_a_long_world_is_made_in_the_memory_of_a_block() -> None:
    size = replace(world.SIZES["large"], cells=32, stations=5)
    first = next(world.blocks(size, world.place(size, seed=1), seed=1))
    assert first.satellite.shape == (size.block, 32, 32)


def test_the_satellite_misses_stripes_and_stations_fall_silent(archive: Archive) -> None:
    images, observed = np.asarray(archive.satellite[:]), np.asarray(archive.observed[:])
    blind = np.isnan(images).any(axis=(1, 2)).mean()
    assert 0.3 < blind < 0.5
    assert 0.02 < np.isnan(observed).mean() < 0.1
    assert np.array_equal(np.isnan(images).any(axis=1), np.isnan(images).all(axis=1)), "a stripe is whole columns"


def test_wind_is_stronger_over_ridges_and_on_the_bright_side_of_fronts(archive: Archive) -> None:
    wind = np.asarray(archive.reanalysis[:])
    ridge, valley = archive.relief > 0.4, archive.relief < -0.4
    assert wind[:, ridge].mean() > wind[:, valley].mean() + 1
    image = np.nan_to_num(np.asarray(archive.satellite[:]), nan=0.5)
    assert wind[image > 0.7].mean() > wind[image < 0.3].mean() + 2


def test_what_is_carried_can_be_found_again(archive: Archive) -> None:
    image = np.nan_to_num(np.asarray(archive.satellite[20]), nan=0.5)
    for rows, columns in ((0.0, 3.0), (-2.0, 1.0), (1.0, -4.0)):
        assert np.allclose(displacement(image, carried(image, rows, columns)), (rows, columns), atol=0.1)
    assert displacement(image * 0, image) == (0.0, 0.0)
    assert displacement(image * np.nan, image) == (0.0, 0.0)


def test_energy_kept_is_one_for_the_field_itself_and_falls_first_for_short_waves(archive: Archive) -> None:
    field = np.asarray(archive.reanalysis[40:44])
    assert retention(field, field) == {"long": 1.0, "middle": 1.0, "short": 1.0}
    blurred = (field + carried(field, 0, 1) + carried(field, 0, -1) + carried(field, 1, 0) + carried(field, -1, 0)) / 5
    kept = retention(field, blurred)
    assert 1 > kept["long"] > kept["middle"] > kept["short"]
    assert sharpness(blurred) < sharpness(field)
    assert max(retention(field, np.zeros_like(field)).values()) <= 0
