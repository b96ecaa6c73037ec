"""Maps come through the door as they were: north is up, metres are metres, and a hole is a hole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import grid
from {{ cookiecutter.package }}.grid import Grid, borrowed

ASCII = """ncols 3
nrows 2
xllcorner 10000.0
yllcorner 20000.0
cellsize 500.0
NODATA_value -9999
1 2 3
4 -9999 6
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one map of another program."""
    (tmp_path / "depth.asc").write_text(ASCII, encoding="utf-8")
    return tmp_path


def test_the_first_row_of_a_file_is_the_northernmost(folder: Path) -> None:
    read = grid.read(folder, ("depth",))
    assert (read.west_km, read.south_km, read.cell_km) == (10.0, 20.0, 0.5)
    assert read.at("depth", np.array([10.1]), np.array([20.9]))[0] == 1
    assert read.at("depth", np.array([11.4]), np.array([20.1]))[0] == 6


def test_nodata_is_a_hole_and_not_a_value(folder: Path) -> None:
    read = grid.read(folder, ("depth",))
    assert np.isnan(read.at("depth", np.array([10.7]), np.array([20.2]))[0])
    assert np.nanmin(read.layers["depth"]) == 1


def test_a_map_survives_being_written_and_read(folder: Path, tmp_path: Path) -> None:
    read = grid.read(folder, ("depth",))
    grid.write(read, tmp_path / "again")
    again = grid.read(tmp_path / "again", ("depth",))
    assert np.array_equal(again.layers["depth"], read.layers["depth"], equal_nan=True)
    assert (again.west_km, again.south_km, again.cell_km) == (read.west_km, read.south_km, read.cell_km)


def test_maps_of_different_grids_are_refused(folder: Path) -> None:
    (folder / "other.asc").write_text(ASCII.replace("500.0", "250.0"), encoding="utf-8")
    with pytest.raises(ValueError, match="depth and other do not lie on one grid"):
        grid.read(folder, ("depth", "other"))


def test_a_map_with_too_few_values_is_refused(folder: Path) -> None:
    (folder / "depth.asc").write_text(ASCII.replace("nrows 2", "nrows 3"), encoding="utf-8")
    with pytest.raises(ValueError, match="announced"):
        grid.read(folder, ("depth",))


def test_a_hole_borrows_from_the_nearest_cell() -> None:
    layer = np.array([[1.0, np.nan, np.nan, 9.0]])
    assert borrowed(layer).tolist() == [[1.0, 1.0, 9.0, 9.0]]


def test_places_off_the_maps_are_known() -> None:
    small = Grid({"depth": np.zeros((2, 3))}, 0.0, 0.0, 1.0)
    inside = small.inside(np.array([0.0, 2.9, 3.0, -0.1]), np.array([1.9, 0.0, 1.0, 1.0]))
    assert inside.tolist() == [True, True, False, False]
