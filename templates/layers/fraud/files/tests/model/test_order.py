"""The order digest: what the model sees, in which order, with which labels."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.train import Prepared, order_digest, prepare, training_rows


def test_the_same_data_in_another_order_gives_the_same_digest(
    tables: dict[str, Columns], prepared: Prepared, settings: Config
) -> None:
    rng = np.random.default_rng(5)
    mixed = {name: take(table, rng.permutation(len(next(iter(table.values()))))) for name, table in tables.items()}
    mixed["truth"] = tables["truth"]
    assert order_digest(prepare(mixed, settings)) == order_digest(prepared)


def test_payments_are_seen_in_order_of_time(prepared: Prepared) -> None:
    rows, later = training_rows(prepared)
    assert (np.diff(prepared.features.at[np.r_[rows, later]]) >= 0).all()


def test_another_period_changes_the_digest_by_just_its_payments(
    tables: dict[str, Columns], prepared: Prepared, settings: Config
) -> None:
    days = settings.split.test_days + 7
    changed = settings.model_copy(update={"split": settings.split.model_copy(update={"test_days": days})})
    other = prepare(tables, changed)
    assert order_digest(other) != order_digest(prepared)
    ours, theirs = (set(np.concatenate(training_rows(one)).tolist()) for one in (prepared, other))
    gone = sorted(ours - theirs)
    assert theirs < ours
    assert prepared.features.at[gone].min() > other.features.at[sorted(theirs)].max()
