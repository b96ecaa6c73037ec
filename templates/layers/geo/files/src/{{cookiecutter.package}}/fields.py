"""Random fields: smooth maps in which near points are alike, as geology is."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Array


def field(rng: np.random.Generator, shape: tuple[int, int], *, range_km: float) -> Array:
    """A Gaussian random field on a 1 km grid with mean 0 and variance 1; values `range_km` apart share little.

    White noise is smoothed in the frequency domain on a larger grid, and the margin cut off: the field is not periodic.
    """
    rows, columns = (size + int(4 * range_km) for size in shape)
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    filtered = np.exp(-((np.pi * frequency * range_km) ** 2) / 4)
    smooth = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((rows, columns))) * filtered, s=(rows, columns))
    cut = smooth[: shape[0], : shape[1]]
    return np.asarray(cut / smooth.std())


def blend(own: Array, other: Array, *, share: float) -> Array:
    """A field of variance 1 that takes `share` of its variance from another one: correlated maps."""
    return np.asarray(np.sqrt(1 - share) * own + np.sqrt(share) * other)
