"""Alternating least squares on Spark: blocks of interactions stay on the workers, vectors travel.

Every half-step solves the equations of `als.py`, each block those of its own rows. So the vectors of users and items
must fit one process, the interactions need not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from pyspark import RDD, Broadcast
from pyspark.sql import DataFrame

from {{ cookiecutter.package }} import als
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import AlsConfig


@dataclass(frozen=True, slots=True)
class Block:
    """All plays of some users, or of some items: ids of both sides, in order of the one that the block is of."""

    own: Array
    other: Array
    plays: Array


def fit(seen: DataFrame, items: Array, config: AlsConfig, *, seed: int) -> Array:
    """Factors of `items` (sorted ids) as `als.fit` computes them, from a table of user, item and times."""
    counted = seen.cache()
    by_user, by_item = (blocks(counted, *sides) for sides in (("user", "item"), ("item", "user")))
    users = np.unique(np.concatenate([np.zeros(0, np.int64), *by_user.map(_rows).collect()]))

    def of_users(factors: Array) -> Array:
        return _half_step(by_user, users, items, factors, config)

    def of_items(vectors: Array) -> Array:
        return _half_step(by_item, items, users, vectors, config)

    try:
        return als.alternate(of_users, of_items, config, items=len(items), seed=seed)
    finally:
        for kept in (by_user, by_item, counted):
            kept.unpersist()


def blocks(counted: DataFrame, own: str, other: str) -> RDD[Block]:
    """The interactions shared out by one side, so that all of a row's are in one block, and kept there."""
    # One a core, or as spark.default.parallelism says: with more of them, starting tasks takes longer than their work.
    number = counted.sparkSession.sparkContext.defaultParallelism
    shared_out = counted.repartition(number, own).sortWithinPartitions(own, other)
    return shared_out.select(own, other, "times").rdd.mapPartitions(_block).cache()


def _block(rows: Iterable[tuple[int, int, float]]) -> Iterator[Block]:
    columns = list(zip(*rows, strict=True))
    if columns:
        yield Block(*(np.array(column) for column in columns))


def _rows(block: Block) -> Array:
    return np.unique(block.own)


def _half_step(shared_out: RDD[Block], own: Array, other: Array, vectors: Array, config: AlsConfig) -> Array:
    """Vectors of the `own` side, zero where it has no plays, given those of the `other` side."""
    sent = shared_out.context.broadcast((other, vectors))
    found = np.zeros((len(own), config.factors))
    for rows, solved in shared_out.map(lambda block: _solved(block, sent, config)).collect():
        found[np.searchsorted(own, rows)] = solved
    sent.destroy()
    return found


def _solved(block: Block, sent: Broadcast[tuple[Array, Array]], config: AlsConfig) -> tuple[Array, Array]:
    """The rows of a block and their vectors."""
    other, vectors = sent.value
    rows, row = np.unique(block.own, return_inverse=True)
    column = np.searchsorted(other, block.other)
    return rows, als.solve(row, column, block.plays, vectors, config, rows=len(rows))
