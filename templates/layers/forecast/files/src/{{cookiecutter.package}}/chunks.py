"""Hours of a chunked store, with the chunks read last kept in memory: neighbouring hours cost one read, not many."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.fields import Array

KEPT = 6
"""Chunks in memory a field: a buffer of the training order, and the ones its targets lie in."""


class Chunks:
    """A field on disk, read `block` hours at a time."""

    def __init__(self, store: Any, *, block: int) -> None:
        self._store, self.block = store, block
        self._kept: OrderedDict[int, Array] = OrderedDict()

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets the way to the store and reads for itself."""
        return partial(Chunks, block=self.block), (self._store,)

    @property
    def shape(self) -> tuple[int, ...]:
        """Hours first."""
        return tuple(self._store.shape)

    def __getitem__(self, part: Any) -> Array:
        if isinstance(part, slice):
            hours = range(*part.indices(self.shape[0]))
            if hours.step != 1:
                raise IndexError("hours are read in order, without leaving any out")
            return np.concatenate([self._cut(number, hours) for number in self._numbers(hours)] or [self._none()])
        hour = int(part)
        if not 0 <= hour < self.shape[0]:
            raise IndexError(f"hour {hour} is outside 0 to {self.shape[0] - 1}")
        return np.asarray(self._chunk(hour // self.block)[hour % self.block])

    def _numbers(self, hours: range) -> range:
        return range(hours.start // self.block, -(-hours.stop // self.block)) if len(hours) else range(0)

    def _cut(self, number: int, hours: range) -> Array:
        begin = number * self.block
        return self._chunk(number)[max(hours.start - begin, 0) : hours.stop - begin]

    def _none(self) -> Array:
        return self._chunk(0)[:0]

    def _chunk(self, number: int) -> Array:
        if number in self._kept:
            self._kept.move_to_end(number)
        else:
            begin = number * self.block
            self._kept[number] = np.asarray(self._store[begin : begin + self.block])
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[number]
