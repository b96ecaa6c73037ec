"""Collaborative filtering: implicit alternating least squares. It knows of an item who played it, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import AlsConfig
from {{ cookiecutter.package }}.counts import Interactions

HalfStep = Callable[[Array], Array]
"""From the vectors of one side, a row each, to those of the other"""


def fit(seen: Interactions, items: Array, config: AlsConfig, *, seed: int) -> Array:
    """Factors of `items` (sorted ids), one row each; zero for an item that nobody played."""
    users, row = np.unique(seen.user, return_inverse=True)
    column = np.searchsorted(items, seen.item)
    by_item = np.lexsort((row, column))

    def of_users(factors: Array) -> Array:
        return solve(row, column, seen.plays, factors, config, rows=len(users))

    def of_items(vectors: Array) -> Array:
        return solve(column[by_item], row[by_item], seen.plays[by_item], vectors, config, rows=len(items))

    return alternate(of_users, of_items, config, items=len(items), seed=seed)


def alternate(of_users: HalfStep, of_items: HalfStep, config: AlsConfig, *, items: int, seed: int) -> Array:
    """The items' factors after all rounds, from a start by chance."""
    factors = np.random.default_rng(seed).normal(0, 0.1, size=(items, config.factors))
    for _ in range(config.rounds):
        factors = of_items(of_users(factors))
    return factors


def fold_in(seen: Interactions, users: Array, items: Array, factors: Array, config: AlsConfig) -> Array:
    """The vectors of `users` (sorted ids) by what they played; zero for one who played nothing that has factors.

    Training, evaluation and the service all come here, so that none needs another's list of users.
    """
    row, column, plays = known(seen, users, items)
    return solve(row, column, plays, factors, config, rows=len(users))


def spread_of(rows: Array, seen: Interactions, user: int, items: Array, factors: Array, config: AlsConfig) -> Array:
    """How unsure the user's vector leaves its product with each of `rows`: a deviation, less with every play."""
    row, column, plays = known(seen, np.array([user]), items)
    inverse = np.linalg.inv(_gram(factors, config))
    for _, matrix, _ in _systems(row, column, plays, factors, config, rows=1):
        inverse = np.linalg.inv(matrix[0])
    return np.asarray(np.sqrt(np.einsum("ik,kl,il->i", rows, inverse, rows)))


def known(seen: Interactions, users: Array, items: Array) -> tuple[Array, Array, Array]:
    """Positions of users and items, and plays, of those interactions whose user and item are among the given."""
    kept = np.isin(seen.user, users) & np.isin(seen.item, items)
    return np.searchsorted(users, seen.user[kept]), np.searchsorted(items, seen.item[kept]), seen.plays[kept]


def solve(row: Array, column: Array, plays: Array, factors: Array, config: AlsConfig, *, rows: int) -> Array:
    """The vectors that explain the plays best, given the other side's factors. `row` must be sorted."""
    vectors = np.zeros((rows, factors.shape[1]))
    for present, matrix, right in _systems(row, column, plays, factors, config, rows=rows):
        vectors[present] = np.linalg.solve(matrix, right[..., None])[..., 0]
    return vectors


def _systems(
    row: Array, column: Array, plays: Array, factors: Array, config: AlsConfig, *, rows: int
) -> Iterator[tuple[Array, Array, Array]]:
    """The normal equations, a block of rows at a time: memory grows with a block's plays, never with users × items."""
    gram = _gram(factors, config)
    for begin in range(0, rows, config.block_rows):
        low, high = np.searchsorted(row, [begin, begin + config.block_rows])
        if low == high:
            continue
        present, first = np.unique(row[low:high], return_index=True)
        other = factors[column[low:high]]
        confidence = config.confidence * np.log1p(plays[low:high])
        squares = np.add.reduceat(confidence[:, None, None] * other[:, :, None] * other[:, None, :], first)
        yield present, gram + squares, np.add.reduceat((1 + confidence)[:, None] * other, first)


def _gram(factors: Array, config: AlsConfig) -> Array:
    return np.asarray(factors.T @ factors + config.regularization * np.eye(factors.shape[1]))
