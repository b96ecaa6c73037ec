"""Maps on a regular grid, kept as ESRI ASCII grids: text that every geographic program writes and reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import distance_transform_edt

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.record import write_atomically

METRES = 1_000.0
"""Files and messages count metres; everything behind the door is in kilometres."""

NODATA = -9999.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Layers over the same cells of `cell_km`; row 0 is the southernmost, column 0 the westernmost. No data is nan."""

    layers: Mapping[str, Array]
    west_km: float
    south_km: float
    cell_km: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = next(iter(self.layers.values())).shape
        return rows, columns

    def centres(self) -> tuple[Array, Array]:
        """Kilometres east and north of every cell's centre, row by row."""
        rows, columns = self.shape
        east = self.west_km + (np.arange(columns) + 0.5) * self.cell_km
        north = self.south_km + (np.arange(rows) + 0.5) * self.cell_km
        return np.tile(east, rows), np.repeat(north, columns)

    def cells(self, east_km: Array, north_km: Array) -> tuple[Array, Array]:
        """Row and column of each place; outside the maps they are out of range, see `inside`."""
        row = np.floor((north_km - self.south_km) / self.cell_km).astype(np.int64)
        column = np.floor((east_km - self.west_km) / self.cell_km).astype(np.int64)
        return row, column

    def inside(self, east_km: Array, north_km: Array) -> Array:
        """Which places lie on the maps."""
        row, column = self.cells(east_km, north_km)
        rows, columns = self.shape
        return (row >= 0) & (row < rows) & (column >= 0) & (column < columns)

    def at(self, name: str, east_km: Array, north_km: Array) -> Array:
        """A layer's values at places on the maps."""
        row, column = self.cells(east_km, north_km)
        return self.layers[name][row, column]


def borrowed(values: Array) -> Array:
    """The layer with every hole filled from the nearest cell that has data."""
    rows, columns = distance_transform_edt(np.isnan(values), return_distances=False, return_indices=True)
    return np.asarray(values[rows, columns])


def write(grid: Grid, folder: Path) -> None:
    """One `<layer>.asc` a layer, holes as NODATA."""
    rows, columns = grid.shape
    header = (
        f"ncols {columns}\nnrows {rows}\n"
        f"xllcorner {grid.west_km * METRES:.1f}\nyllcorner {grid.south_km * METRES:.1f}\n"
        f"cellsize {grid.cell_km * METRES:.1f}\nNODATA_value {NODATA:.0f}\n"
    )
    for name, values in grid.layers.items():
        lines = (" ".join(f"{value:.6g}" for value in row) for row in np.where(np.isnan(values), NODATA, values)[::-1])
        write_atomically(folder / f"{name}.asc", header + "\n".join(lines) + "\n")


def read(folder: Path, names: tuple[str, ...]) -> Grid:
    """The named layers. Raises `FileNotFoundError` for a missing one, `ValueError` unless all lie on one grid."""
    layers: dict[str, Array] = {}
    places: dict[str, tuple[float, ...]] = {}
    for name in names:
        path = folder / f"{name}.asc"
        if not path.exists():
            raise FileNotFoundError(f"no map {path}; make a world with the command `world`")
        layers[name], places[name] = _read_layer(path)
    first = names[0]
    for name, place in places.items():
        if place != places[first] or layers[name].shape != layers[first].shape:
            raise ValueError(f"the maps {first} and {name} do not lie on one grid")
    west, south, cell = places[first]
    return Grid(layers, west / METRES, south / METRES, cell / METRES)


def _read_layer(path: Path) -> tuple[Array, tuple[float, ...]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = {key.lower(): float(value) for key, value in (line.split() for line in lines[:6])}
    values = np.loadtxt(lines[6:], dtype=np.float64, ndmin=2)
    if values.shape != (header["nrows"], header["ncols"]):
        raise ValueError(f"{path.name}: {values.shape} values, {header['nrows']:g} × {header['ncols']:g} announced")
    values[values == header["nodata_value"]] = np.nan
    return values[::-1], (header["xllcorner"], header["yllcorner"], header["cellsize"])
