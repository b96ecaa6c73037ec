"""What must not matter does not; what must point one way does."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.features import FEATURES, NAMES
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import HISTORY, Prepared


def test_new_names_for_customers_cards_and_devices_change_no_feature(
    tables: dict[str, Columns], prepared: Prepared
) -> None:
    renamed = {name: dict(tables[name]) for name in HISTORY}
    for number, column in enumerate(("customer", "card", "device"), start=1):
        for table in renamed.values():
            if column in table:
                table[column] = table[column] * 3 + number * 7
    with History.of(**renamed) as history:
        assert np.array_equal(history.features().values, prepared.features.values, equal_nan=True)


def test_rows_in_another_order_change_no_feature(tables: dict[str, Columns], prepared: Prepared) -> None:
    rng = np.random.default_rng(1)
    mixed = {name: take(tables[name], rng.permutation(len(next(iter(tables[name].values()))))) for name in HISTORY}
    with History.of(**mixed) as history:
        assert np.array_equal(history.features().values, prepared.features.values, equal_nan=True)


def test_a_later_calendar_changes_only_what_depends_on_the_hour(tables: dict[str, Columns], prepared: Prepared) -> None:
    weeks = 52 * 7 * 86_400
    times = {"payments": "paid_at", "activity": "began_at", "chargebacks": "reported_at", "customers": "registered_at"}
    moved = {name: {**tables[name], times[name]: tables[name][times[name]] + weeks} for name in HISTORY}
    with History.of(**moved) as history:
        assert np.array_equal(history.features().values, prepared.features.values, equal_nan=True)


@pytest.mark.parametrize("feature", [one for one in FEATURES if one.direction], ids=lambda one: one.name)
def test_more_reason_for_suspicion_never_lowers_the_score(
    prepared: Prepared, finished: Finished, feature: object
) -> None:
    name, direction = feature.name, feature.direction  # type: ignore[attr-defined]
    values = prepared.features.values[prepared.split.test][:3_000]
    position, seen = NAMES.index(name), prepared.features.column(name)
    less, more = values.copy(), values.copy()
    less[:, position], more[:, position] = np.nanmin(seen), np.nanmax(seen)
    gap = finished.model.classifier.raw(more) - finished.model.classifier.raw(less)
    assert (direction * gap >= -1e-12).all()
    assert (direction * gap > 0).any(), "the model does not use this feature at all"
