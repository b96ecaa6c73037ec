"""The order digest: what the model sees, in which order, with which labels."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.train import Prepared, order_digest, prepare, training_rows


def test_the_same_data_in_another_order_gives_the_same_digest(
    tables: dict[str, Columns], prepared: Prepared, settings: Config, planned: Plan
) -> None:
    rng = np.random.default_rng(5)
    mixed = {name: take(table, rng.permutation(len(table["user_id"]))) for name, table in tables.items()}
    assert order_digest(prepare(mixed, settings, planned)) == order_digest(prepared)


def test_users_are_seen_in_order_of_time(prepared: Prepared) -> None:
    rows, later = training_rows(prepared)
    assert (np.diff(prepared.features.moment[np.r_[rows, later]]) >= 0).all()


def test_another_period_changes_the_digest_by_just_its_users(
    tables: dict[str, Columns], prepared: Prepared, settings: Config, planned: Plan
) -> None:
    days = settings.split.test_days + 7
    changed = settings.model_copy(update={"split": settings.split.model_copy(update={"test_days": days})})
    other = prepare(tables, changed, planned)
    assert order_digest(other) != order_digest(prepared)
    ours, theirs = (set(np.concatenate(training_rows(one)).tolist()) for one in (prepared, other))
    gone = sorted(ours - theirs)
    assert theirs < ours
    assert prepared.features.moment[gone].min() > other.features.moment[sorted(theirs)].max()
