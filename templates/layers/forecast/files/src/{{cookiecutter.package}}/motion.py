"""Where the weather moves: displacement between two images, and a field carried along by it.

The made world is a torus: what leaves in the east comes back in the west, so that no border has to be explained away.
"""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.fields import Array

FASTEST = 6.0
"""Cells an hour; a larger displacement is a wrong match."""


def displacement(before: Array, after: Array) -> tuple[float, float]:
    """Rows and columns by which the image `after` lies further than `before`: the peak of their phase correlation.

    NaN counts as average. Two flat images, or none, have not moved.
    """
    first, second = (np.fft.rfft2(_filled(image)) for image in (before, after))
    product = second * np.conj(first)
    strength = np.abs(product)
    if not strength.any():
        return 0.0, 0.0
    match = np.fft.irfft2(product / (strength + strength.mean()), s=before.shape)
    row, column = np.unravel_index(int(match.argmax()), match.shape)
    found = (_peak(match[:, column], int(row)), _peak(match[row, :], int(column)))
    return found if max(map(abs, found)) <= FASTEST else (0.0, 0.0)


def carried(field: Array, rows: float, columns: float) -> Array:
    """The field after it has moved; between cells the mean of the nearest four, weighted by distance."""
    whole_rows, whole_columns = int(np.floor(rows)), int(np.floor(columns))
    part_rows, part_columns = rows - whole_rows, columns - whole_columns
    moved = np.roll(field, (whole_rows, whole_columns), axis=(-2, -1))
    if part_rows:
        moved = (1 - part_rows) * moved + part_rows * np.roll(moved, 1, axis=-2)
    if part_columns:
        moved = (1 - part_columns) * moved + part_columns * np.roll(moved, 1, axis=-1)
    return moved


def _filled(image: Array) -> Array:
    seen = np.isfinite(image)
    return np.where(seen, image - image[seen].mean(), 0.0) if seen.any() else np.zeros(image.shape)


def _peak(line: Array, at: int) -> float:
    """The place of a maximum between samples, by the parabola through it and its neighbours; signed, around zero."""
    left, middle, right = line[at - 1], line[at], line[(at + 1) % len(line)]
    bend = left - 2 * middle + right
    place = at + (0.5 * float((left - right) / bend) if bend else 0.0)
    return place - len(line) if place > len(line) / 2 else place
