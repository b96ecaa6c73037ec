"""Folds of whole blocks on the ground: a well is judged by a model that has seen no well beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import KFold

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import SplitConfig


@dataclass(frozen=True, slots=True)
class Fold:
    """Positions of the wells to train on and of those held out."""

    train: Array
    held_out: Array


def mature(months_produced: Array, config: SplitConfig) -> Array:
    """Which wells have produced long enough for their recovery to be known: early estimates are too high."""
    return np.asarray(months_produced >= config.min_months)


def blocks(east_km: Array, north_km: Array, config: SplitConfig) -> Array:
    """The number of the square block in which each place lies; equal numbers, same block."""
    columns = np.floor(east_km / config.block_km).astype(np.int64)
    rows = np.floor(north_km / config.block_km).astype(np.int64)
    _, numbers = np.unique(np.column_stack([rows, columns]), axis=0, return_inverse=True)
    return np.asarray(numbers).ravel()


def folds(east_km: Array, north_km: Array, config: SplitConfig, *, seed: int) -> Iterator[Fold]:
    """Every block held out once, in `folds` groups of about equally many wells; wells within `buffer_km` stay out too.

    Raises `ValueError` where there are fewer blocks than folds.
    """
    block = blocks(east_km, north_km, config)
    count = np.bincount(block)
    if len(count) < config.folds:
        raise ValueError(f"{len(count)} blocks of {config.block_km:g} km hold wells, too few for {config.folds} folds")
    order = np.random.default_rng(seed).permutation(len(count))
    order = order[np.argsort(-count[order], kind="stable")]
    group, load = np.empty(len(count), dtype=np.int64), np.zeros(config.folds)
    for one in order:
        group[one] = load.argmin()
        load[group[one]] += count[one]
    for number in range(config.folds):
        out = group[block] == number
        yield Fold(np.flatnonzero(~out & ~_near(east_km, north_km, out, config.buffer_km)), np.flatnonzero(out))


def random_folds(count: int, config: SplitConfig, *, seed: int) -> Iterator[Fold]:
    """Folds that ignore the ground. Only to measure by how much they flatter; never to judge a model."""
    for train, held_out in KFold(config.folds, shuffle=True, random_state=seed).split(np.arange(count)):
        yield Fold(train, held_out)


def _near(east_km: Array, north_km: Array, out: Array, buffer_km: float) -> Array:
    distance = np.hypot(east_km[:, None] - east_km[None, out], north_km[:, None] - north_km[None, out])
    return np.asarray(distance.min(axis=1) < buffer_km)
