"""Energy by wavelength, and how much of it a reconstruction retains: the measure that a mean error hides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from {{ cookiecutter.package }}.fields import Array

BANDS: Mapping[str, tuple[float, float]] = {"long": (12.0, 1e9), "middle": (6.0, 12.0), "short": (4.0, 6.0)}
"""Wavelengths in cells, from and below. Fronts need the short ones; below four cells there is mostly noise."""


def retention(truth: Array, found: Array) -> dict[str, float]:
    """For each band: the share of the truth's energy that `found` has *in the right place*.

    1 − energy of the difference / energy of the truth; 1 is all of it, 0 or less is no better than a flat field.
    Fields are [..., row, column].
    """
    lost, whole = _energy(truth - found), _energy(truth)
    return {name: float(1 - lost[inside].sum() / whole[inside].sum()) for name, inside in _inside(truth.shape).items()}


def amplitude(truth: Array, found: Array) -> tuple[Array, Array]:
    """Wavelengths (cells, falling), and the ratio of found to true energy at each: below 1 the field is blurred."""
    number = _number(truth.shape[-2:])
    rings = np.arange(1, min(truth.shape[-2:]) // 2 + 1)
    ring = np.rint(number * min(truth.shape[-2:])).astype(int)
    energies = [np.array([_energy(field)[ring == one].sum() for one in rings]) for field in (found, truth)]
    return min(truth.shape[-2:]) / rings, energies[0] / np.maximum(energies[1], 1e-12)


def sharpness(field: Array) -> float:
    """Logarithm of short waves' energy over middle ones': how much weather there is cancels out, focus does not."""
    energy, inside = _energy(field), _inside(field.shape)
    short, middle = (max(float(energy[inside[band]].sum()), 1e-12) for band in ("short", "middle"))
    return float(np.log(short / middle))


def _energy(field: Array) -> Array:
    """Power at every pair of wavenumbers, averaged over leading axes, without the mean."""
    centred = field - field.mean(axis=(-2, -1), keepdims=True)
    power = np.abs(np.fft.fft2(centred)) ** 2
    return np.asarray(power.reshape(-1, *field.shape[-2:]).mean(axis=0))


@lru_cache(maxsize=8)
def _number(shape: tuple[int, int]) -> Array:
    """Wavenumber in cycles a cell."""
    rows, columns = (np.fft.fftfreq(size) for size in shape)
    return np.asarray(np.hypot(rows[:, None], columns[None, :]))


def _inside(shape: tuple[int, ...]) -> dict[str, Array]:
    number = _number((shape[-2], shape[-1]))
    length = 1 / np.maximum(number, 1e-9)
    return {name: (length >= low) & (length < high) & (number > 0) for name, (low, high) in BANDS.items()}
