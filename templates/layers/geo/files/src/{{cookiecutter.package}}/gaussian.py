"""A Gaussian process with parts, and noise that depends on how well the maps know a place: all can be stepped through.

Its matrices are small: more threads would cost more than they give, and change the last bits.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from threadpoolctl import ThreadpoolController

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.kernels import Part

_JITTER = 1e-8
_CHUNK = 2_048
_BLAS = ThreadpoolController()
_NOISE = np.log([0.25])
_BY_POORNESS = np.array([0.0])
_PRIOR_WIDTH = 1.5
"""Parameters are drawn softly to where they start (in log units): a hundred wells cannot settle all of them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a process is made of. With `noise_by` (a column, 0 well known to 1 unknown) noise may grow with it."""

    parts: tuple[Part, ...]
    noise_by: int | None = None

    @property
    def start(self) -> Array:
        """All parameters to start from: each part's, then the noise and, with `noise_by`, its growth."""
        growth = _BY_POORNESS if self.noise_by is not None else _BY_POORNESS[:0]
        return np.concatenate([*(part.start for part in self.parts), _NOISE, growth])

    def slices(self) -> list[slice]:
        """Where each part's parameters stand."""
        ends = np.cumsum([0, *(len(part.start) for part in self.parts)])
        return [slice(int(begin), int(end)) for begin, end in itertools.pairwise(ends)]

    def noise(self, theta: Array, rows: Array) -> Array:
        """Noise variance of each row."""
        count = len(self.start) - sum(len(part.start) for part in self.parts)
        log_deviation = np.full(len(rows), theta[-count])
        if self.noise_by is not None:
            log_deviation = log_deviation + theta[-1] * rows[:, self.noise_by]
        return np.asarray(np.exp(2 * log_deviation))


@dataclass(frozen=True, slots=True)
class Process:
    """A fitted process: its parameters, the rows it knows, their weights in every mean, and the inverse covariance.

    Rows are predicted one by one, by operations of equal shape: a site alone gets the same bits as among thousands.
    """

    shape: Shape
    theta: Array
    rows: Array
    weights: Array
    inverse: Array

    def mean(self, rows: Array) -> Array:
        """Expected value of each row, less the constant that was taken out before fitting."""
        return np.asarray(sum(self.parts(rows)))

    def parts(self, rows: Array) -> list[Array]:
        """What each part of the covariance adds to the mean: they sum to it exactly."""
        return [
            np.array([known @ self.weights for known in part.value(self.theta[where], rows, self.rows)])
            for part, where in zip(self.shape.parts, self.shape.slices(), strict=True)
        ]

    def variance(self, rows: Array) -> Array:
        """Variance of the expected value: what more wells would take away."""
        shape, theta, found = self.shape, self.theta, []
        with _BLAS.limit(limits=1, user_api="blas"):
            for begin in range(0, len(rows), _CHUNK):
                some = rows[begin : begin + _CHUNK]
                found += [known @ (self.inverse @ known) for known in _covariance(shape, theta, some, self.rows)]
        return np.asarray(np.maximum(_diagonal(shape, theta, rows) - np.array(found), 0.0))

    def noise(self, rows: Array) -> Array:
        """Variance that stays however many wells there are."""
        return self.shape.noise(self.theta, rows)


def fit(shape: Shape, rows: Array, target: Array, *, start: Array | None = None, steps: int) -> Process:
    """The process whose parameters make `target` (about mean 0) most likely; bit-equal for equal rows."""
    begin = shape.start if start is None else start
    with _BLAS.limit(limits=1, user_api="blas"):
        found = minimize(
            lambda theta: loss(shape, theta, rows, target), begin, jac=True, method="L-BFGS-B",
            options={"maxiter": steps}, bounds=[(centre - 5, centre + 5) for centre in shape.start],
        )  # fmt: skip
        return condition(shape, np.asarray(found.x), rows, target)


def condition(shape: Shape, theta: Array, rows: Array, target: Array) -> Process:
    """The process with given parameters that knows `target` at `rows`."""
    factor, _ = cho_factor(_noisy(shape, theta, rows), lower=True)
    inverse = cho_solve((factor, True), np.eye(len(rows)))
    return Process(shape, theta, rows, cho_solve((factor, True), target), inverse)


def loss(shape: Shape, theta: Array, rows: Array, target: Array) -> tuple[float, Array]:
    """Negative log posterior of the parameters, per row, and its gradient."""
    factor, _ = cho_factor(_noisy(shape, theta, rows), lower=True)
    weights = cho_solve((factor, True), target)
    inverse = cho_solve((factor, True), np.eye(len(rows)))
    likelihood = 0.5 * target @ weights + np.log(np.diag(factor)).sum() + 0.5 * len(rows) * np.log(2 * np.pi)
    slope = 0.5 * (inverse - np.outer(weights, weights))
    gradient = [
        float((slope * one).sum())
        for part, where in zip(shape.parts, shape.slices(), strict=True)
        for one in part.gradients(theta[where], rows)
    ]
    by_noise = 2 * np.diag(slope) * shape.noise(theta, rows)
    gradient.append(float(by_noise.sum()))
    if shape.noise_by is not None:
        gradient.append(float((by_noise * rows[:, shape.noise_by]).sum()))
    pull = (theta - shape.start) / _PRIOR_WIDTH**2
    value = likelihood + 0.5 * float((pull * (theta - shape.start)).sum())
    return float(value) / len(rows), (np.array(gradient) + pull) / len(rows)


def _covariance(shape: Shape, theta: Array, one: Array, other: Array) -> Array:
    values = [part.value(theta[where], one, other) for part, where in zip(shape.parts, shape.slices(), strict=True)]
    return np.asarray(sum(values))


def _diagonal(shape: Shape, theta: Array, rows: Array) -> Array:
    values = [part.diagonal(theta[where], rows) for part, where in zip(shape.parts, shape.slices(), strict=True)]
    return np.asarray(sum(values))


def _noisy(shape: Shape, theta: Array, rows: Array) -> Array:
    covariance = _covariance(shape, theta, rows, rows)
    covariance[np.diag_indices_from(covariance)] += shape.noise(theta, rows) + _JITTER
    return covariance
