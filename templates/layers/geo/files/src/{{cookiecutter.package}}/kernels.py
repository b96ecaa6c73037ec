"""How alike two places are: parts of a covariance, each over some columns, added up. Parameters are logarithms.

Every part gives its covariance and the derivative by each of its parameters; `tests/model/test_gaussian.py`
checks them against differences. Nothing here depends on which rows stand beside a row, not even the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from {{ cookiecutter.package }}.columns import Array


class Part(Protocol):
    """One part of a covariance."""

    @property
    def start(self) -> Array:
        """Parameters to start from; their number is the part's size."""
        ...

    def value(self, theta: Array, one: Array, other: Array) -> Array:
        """Covariance between the rows of `one` and of `other`."""
        ...

    def diagonal(self, theta: Array, rows: Array) -> Array:
        """Covariance of each row with itself."""
        ...

    def gradients(self, theta: Array, rows: Array) -> Iterator[Array]:
        """Derivative of the covariance of `rows` with themselves by each parameter, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight line in every column, and a constant: the trend, which goes on where no well has been."""

    columns: tuple[int, ...]

    @property
    def start(self) -> Array:
        """Amplitude."""
        return np.log([0.5])

    def value(self, theta: Array, one: Array, other: Array) -> Array:
        """Amplitude² · (1 + inner product)."""
        product = sum(np.multiply.outer(one[:, column], other[:, column]) for column in self.columns)
        return np.asarray(np.exp(2 * theta[0]) * (1 + product))

    def diagonal(self, theta: Array, rows: Array) -> Array:
        """Grows with the distance from the centre: a trend is least certain far out."""
        return np.asarray(np.exp(2 * theta[0]) * (1 + (rows[:, list(self.columns)] ** 2).sum(axis=1)))

    def gradients(self, theta: Array, rows: Array) -> Iterator[Array]:
        """By the amplitude."""
        yield 2 * self.value(theta, rows, rows)


@dataclass(frozen=True, slots=True)
class Smooth:
    """A smooth function of the columns, each with a length of its own: what bends away from the trend."""

    columns: tuple[int, ...]

    @property
    def start(self) -> Array:
        """Amplitude, then one length a column."""
        return np.log([0.3] + [2.0] * len(self.columns))

    def value(self, theta: Array, one: Array, other: Array) -> Array:
        """Amplitude² · exp(-half the squared distance, in lengths)."""
        square = sum(
            (np.subtract.outer(one[:, column], other[:, column]) / np.exp(log_length)) ** 2
            for column, log_length in zip(self.columns, theta[1:], strict=True)
        )
        return np.asarray(np.exp(2 * theta[0] - 0.5 * square))

    def diagonal(self, theta: Array, rows: Array) -> Array:
        """Amplitude²."""
        return np.full(len(rows), np.exp(2 * theta[0]))

    def gradients(self, theta: Array, rows: Array) -> Iterator[Array]:
        """By the amplitude, then by each length."""
        value = self.value(theta, rows, rows)
        yield 2 * value
        for column, log_length in zip(self.columns, theta[1:], strict=True):
            yield value * (np.subtract.outer(rows[:, column], rows[:, column]) / np.exp(log_length)) ** 2


@dataclass(frozen=True, slots=True)
class Near:
    """Likeness that fades with distance on the ground (the exponential variogram): what no map shows."""

    columns: tuple[int, ...]

    @property
    def start(self) -> Array:
        """Amplitude, and range in km."""
        return np.log([0.2, 4.0])

    def value(self, theta: Array, one: Array, other: Array) -> Array:
        """Amplitude² · exp(-distance / range)."""
        return np.asarray(np.exp(2 * theta[0] - self._distance(one, other) / np.exp(theta[1])))

    def diagonal(self, theta: Array, rows: Array) -> Array:
        """Amplitude²."""
        return np.full(len(rows), np.exp(2 * theta[0]))

    def gradients(self, theta: Array, rows: Array) -> Iterator[Array]:
        """By the amplitude, then by the range."""
        value = self.value(theta, rows, rows)
        yield 2 * value
        yield value * self._distance(rows, rows) / np.exp(theta[1])

    def _distance(self, one: Array, other: Array) -> Array:
        square = sum(np.subtract.outer(one[:, column], other[:, column]) ** 2 for column in self.columns)
        return np.asarray(np.sqrt(square))
