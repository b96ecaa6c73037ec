"""What must not matter does not; what must point one way does."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FEATURES, MEANINGS
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.warehouse import Warehouse

DIRECTED = [name for name in FEATURES if MEANINGS[name].direction]


def test_new_names_for_users_and_events_change_no_feature(
    tables: dict[str, Columns], settings: Config, warehouse: Warehouse
) -> None:
    renamed = {name: {**tables[name], "user_id": tables[name]["user_id"] * 3 + 11} for name in ("users", "raw_events")}
    renamed["raw_events"]["event_id"] = renamed["raw_events"]["event_id"] * 5 + 3
    with Warehouse.of(settings, renamed) as other:
        assert np.array_equal(other.features().values, warehouse.features().values, equal_nan=True)


def test_rows_in_another_order_change_no_feature(
    tables: dict[str, Columns], settings: Config, warehouse: Warehouse
) -> None:
    rng = np.random.default_rng(1)
    mixed = {
        name: take(tables[name], rng.permutation(len(tables[name]["user_id"]))) for name in ("users", "raw_events")
    }
    with Warehouse.of(settings, mixed) as other:
        assert np.array_equal(other.features().values, warehouse.features().values, equal_nan=True)


def test_a_later_calendar_changes_no_feature(
    tables: dict[str, Columns], settings: Config, warehouse: Warehouse
) -> None:
    shift = 1_000_003
    users = {**tables["users"], "registered_at": tables["users"]["registered_at"] + shift}
    times = {name: tables["raw_events"][name] + shift for name in ("occurred_at", "received_at")}
    with Warehouse.of(settings, {"users": users, "raw_events": {**tables["raw_events"], **times}}) as other:
        assert np.array_equal(other.features().values, warehouse.features().values, equal_nan=True)


@pytest.mark.parametrize("name", DIRECTED)
def test_more_of_what_keeps_users_never_lowers_the_score(prepared: Prepared, finished: Finished, name: str) -> None:
    values = prepared.features.values[prepared.split.test]
    position, seen = FEATURES.index(name), prepared.features.column(name)
    less, more = values.copy(), values.copy()
    less[:, position], more[:, position] = np.nanmin(seen), np.nanmax(seen)
    gap = finished.model.classifier.raw(more) - finished.model.classifier.raw(less)
    assert (MEANINGS[name].direction * gap >= -1e-12).all()
    assert (MEANINGS[name].direction * gap > 0).any(), "the model does not use this feature at all"
