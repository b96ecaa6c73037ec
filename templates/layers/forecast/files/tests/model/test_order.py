"""The order digest: which hours and leads the network sees, in which order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from {{ cookiecutter.package }}.batches import batches, order_digest
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.train import Prepared, origins

Changed = Callable[..., Config]


def test_equal_seeds_give_equal_orders_and_others_do_not(
    prepared: Prepared, settings: Config, changed: Changed
) -> None:
    hours = origins(prepared, settings)
    assert order_digest(hours, settings) == order_digest(hours, changed(seed=7))
    assert order_digest(hours, settings) != order_digest(hours, changed(seed=8))


def test_another_batch_size_changes_the_digest_and_not_the_hours(
    prepared: Prepared, settings: Config, changed: Changed
) -> None:
    hours = origins(prepared, settings)
    other = changed(seed=7, batch=12)
    assert order_digest(hours, settings) != order_digest(hours, other)
    for one in (settings, other):
        seen = np.concatenate([batch.hours for batch in batches(hours, one)])
        assert set(seen.tolist()) <= set(hours.tolist())
        assert len(set(seen.tolist())) > 0.95 * len(hours)


def test_a_round_shows_every_hour_at_most_once_and_mixes_them(prepared: Prepared, settings: Config) -> None:
    hours = origins(prepared, settings)
    seen = np.concatenate([batch.hours for batch in batches(hours, settings)])[: int(0.9 * len(hours))]
    assert len(set(seen.tolist())) == len(seen)
    assert np.abs(np.diff(seen)).mean() > 10


def test_every_lead_is_learned(prepared: Prepared, settings: Config) -> None:
    leads = np.concatenate([batch.leads for batch in batches(origins(prepared, settings), settings)])
    counts = np.bincount(leads, minlength=7)
    assert counts[0] > 2 * counts[1:].max()
    assert counts[1:].min() > 0
