"""The order in which the network sees the hours: shuffled, but so that each chunk of the archive is read once a
round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.engine import Place
from {{ cookiecutter.package }}.fields import Array
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.scaling import in_blocks

BUFFER = 4
"""Chunks in memory at a time, whose hours are mixed."""
PRESENT = 0.25
"""The share of samples whose lead is 0: pure reconstruction."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Hours of origin and the leads to forecast from them. `reads` are all hours of the buffer it belongs to."""

    hours: Array
    leads: Array
    reads: tuple[int, int]

    def share(self, place: Place) -> Batch:
        """What one of several processes takes of it."""
        return replace(
            self, hours=self.hours[place.rank :: place.workers], leads=self.leads[place.rank :: place.workers]
        )


def batches(origins: Array, config: Config) -> Iterator[Batch]:
    """`steps` batches, round after round; equal seeds give equal batches."""
    rng = np.random.default_rng([config.seed, 3])
    left = config.model.steps
    while left:
        for batch in _round(origins, config, rng):
            yield batch
            left -= 1
            if not left:
                return


def order_digest(origins: Array, config: Config) -> str:
    """SHA-256 of hours and leads in the order in which the network sees them."""
    return digest([[batch.hours.tolist(), batch.leads.tolist()] for batch in batches(origins, config)])


def _round(origins: Array, config: Config, rng: np.random.Generator) -> Iterator[Batch]:
    chunks = list(in_blocks(origins, config.engine.block_hours))
    longest = max(config.forecast.leads_h)
    # Neighbouring chunks share a buffer: a forecast's target may lie in the next one.
    groups = [chunks[first : first + BUFFER] for first in range(0, len(chunks), BUFFER)]
    for number in rng.permutation(len(groups)):
        hours = rng.permutation(np.concatenate(groups[number]))
        reads = (int(hours.min()) - 1, int(hours.max()) + longest + 1)
        for first in range(0, len(hours) - config.model.batch + 1, config.model.batch):
            chosen = hours[first : first + config.model.batch]
            leads = rng.integers(0, longest + 1, size=len(chosen))
            yield Batch(chosen, np.where(rng.random(len(chosen)) < PRESENT, 0, leads), reads)
