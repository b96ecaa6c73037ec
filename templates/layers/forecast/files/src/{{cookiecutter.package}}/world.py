"""A seeded world of weather with its truth: fronts that move over mountains, seen by a satellite and by stations.

Fronts are steps along the zero lines of a smooth random field, which a steering flow carries and time slowly
changes. Wind is stronger on their warm side and over ridges. The satellite sees the clouds of the fronts, sharply,
and small clouds that mean nothing; a smooth pressure field that only stations notice adds to the wind. So each
source knows what others do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.fields import Archive, Array, Stations

SWATH = 0.4
"""The share of hours in which the satellite misses a stripe."""


@dataclass(frozen=True, slots=True)
class Size:
    """Cells along each side, hours, stations, and hours made at a time."""

    cells: int
    hours: int
    stations: int
    block: int = 48


SIZES = {
    "small": Size(cells=32, hours=1_200, stations=14),
    "medium": Size(cells=64, hours=960, stations=48),
    "large": Size(cells=256, hours=24 * 365 * 3, stations=600),
}


@dataclass(frozen=True, slots=True)
class Block:
    """Some hours of all that changes; `speed` (m/s) and `steering` (cells an hour) are the truth."""

    begins: int
    satellite: Array
    observed: Array
    reanalysis: Array
    speed: Array
    steering: Array


@dataclass(frozen=True, slots=True)
class Place:
    """What stays: relief between -1 and 1, and the stations."""

    relief: Array
    stations: Stations


def place(size: Size, *, seed: int) -> Place:
    """The region of a seed."""
    rng = np.random.default_rng([seed, 1])
    relief = _Pattern(rng, size.cells, length=4.0).field()
    cells = rng.choice(size.cells**2, size=size.stations, replace=False)
    number = np.arange(1, size.stations + 1)
    stations = Stations(
        station=number,
        row=cells // size.cells,
        column=cells % size.cells,
        observer=np.array([f"observer{one}@example.org" for one in number]),
    )
    return Place((relief / np.abs(relief).max()).astype(np.float32), stations)


def blocks(size: Size, where: Place, *, seed: int) -> Iterator[Block]:
    """The hours of a world, `size.block` at a time; however long it is, one block is in memory."""
    rng = np.random.default_rng([seed, 2])
    weather = _Weather(rng, size.cells)
    for begin in range(0, size.hours, size.block):
        hours = min(size.block, size.hours - begin)
        made = [weather.hour(where.relief) for _ in range(hours)]
        speed, brightness, steering = (np.stack(part).astype(np.float32) for part in zip(*made, strict=True))
        at_stations = speed[:, where.stations.row, where.stations.column]
        observed = np.maximum(at_stations + rng.normal(0, 0.5, at_stations.shape), 0)
        observed[rng.random(observed.shape) < 0.05] = np.nan
        noise = rng.normal(0, 0.2, speed.shape)
        yield Block(
            begins=begin,
            satellite=_swaths(rng, brightness),
            observed=observed.astype(np.float32),
            reanalysis=np.maximum(speed + noise, 0).astype(np.float32),
            speed=speed,
            steering=steering,
        )


def make(size: Size, *, seed: int) -> Archive:
    """A whole world in memory. The same arguments give the same world."""
    where = place(size, seed=seed)
    parts = list(blocks(size, where, seed=seed))
    names = ("satellite", "observed", "reanalysis", "speed", "steering")
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Archive(relief=where.relief, stations=where.stations, **whole)


class _Pattern:
    """A smooth random field on the torus, of unit variance and a given length of correlation (cells)."""

    def __init__(self, rng: np.random.Generator, cells: int, *, length: float) -> None:
        wave = 2 * np.pi * np.fft.fftfreq(cells)
        self._shape = np.exp(-(wave[:, None] ** 2 + wave[None, :] ** 2) * length**2 / 4)
        self._shape[0, 0] = 0.0
        self._shape *= cells / np.sqrt((self._shape**2).sum())
        self._rng, self._cells = rng, cells
        self._now = self.field()

    def field(self) -> Array:
        """Another one, independent of all before."""
        white = np.fft.fft2(self._rng.normal(size=(self._cells, self._cells)))
        return np.fft.ifft2(white * self._shape).real

    def aged(self, memory: float, moved: Array) -> Array:
        """The field an hour later: carried along by `moved`, and mixed with a new one."""
        kept = _turned(self._now, moved)
        self._now = memory * kept + np.sqrt(1 - memory**2) * self.field()
        return self._now


class _Weather:
    def __init__(self, rng: np.random.Generator, cells: int) -> None:
        self._rng = rng
        self._fronts = _Pattern(rng, cells, length=8.0)
        self._pressure = _Pattern(rng, cells, length=10.0)
        self._clouds = _Pattern(rng, cells, length=2.0)
        self._steering = np.array([0.4, 1.5])

    def hour(self, relief: Array) -> tuple[Array, Array, Array]:
        """Wind speed (m/s), brightness (0 to 1) and steering flow (cells an hour: rows, columns) of the next hour."""
        mean = np.array([0.3, 1.4])
        self._steering = mean + 0.97 * (self._steering - mean) + self._rng.normal(0, [0.12, 0.15])
        fronts = np.tanh(self._fronts.aged(0.98, self._steering) / 0.15)
        pressure = self._pressure.aged(0.97, self._steering)
        clouds = self._clouds.aged(0.9, self._steering)
        speed = (9 + 2.5 * fronts + 1.5 * pressure) * (1 + 0.7 * relief)
        brightness = 0.5 + 0.25 * fronts + 0.05 * clouds + self._rng.normal(0, 0.01, fronts.shape)
        return np.clip(speed, 0, 40), np.clip(brightness, 0, 1), self._steering.copy()


def _turned(field: Array, moved: Array) -> Array:
    """An exact shift, however small, by the phases of its waves: repeated hourly it blurs nothing."""
    rows, columns = (np.fft.fftfreq(size) for size in field.shape)
    phase = np.exp(-2j * np.pi * (rows[:, None] * moved[0] + columns[None, :] * moved[1]))
    return np.fft.ifft2(np.fft.fft2(field) * phase).real


def _swaths(rng: np.random.Generator, brightness: Array) -> Array:
    """The images with a missing stripe in some hours."""
    images = brightness.copy()
    cells = images.shape[-1]
    for number in np.flatnonzero(rng.random(len(images)) < SWATH):
        stripe = (int(rng.integers(cells)) + np.arange(cells // 5)) % cells
        images[number][:, stripe] = np.nan
    return images
