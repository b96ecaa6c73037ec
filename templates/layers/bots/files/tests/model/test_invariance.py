"""What must not matter does not; what must point one way does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from {{ cookiecutter.package }}.columns import Columns, length, take
from {{ cookiecutter.package }}.features import CONTEXT, encode
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared

SHARED = ("street", "action", "numbers", "mask", "context")


def test_new_names_for_accounts_devices_and_sessions_change_no_window(tables: dict[str, Columns]) -> None:
    renamed = {name: dict(tables[name]) for name in ("sessions", "actions")}
    for number, column in enumerate(("account", "device", "session"), start=1):
        for table in renamed.values():
            if column in table:
                table[column] = table[column] * 3 + number * 7
    ours, theirs = (encode(one["sessions"], one["actions"]) for one in (tables, renamed))
    assert all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in SHARED)


def test_rows_in_another_order_change_no_window(tables: dict[str, Columns]) -> None:
    rng = np.random.default_rng(1)
    mixed = {name: take(tables[name], rng.permutation(length(tables[name]))) for name in ("sessions", "actions")}
    ours, theirs = (encode(one["sessions"], one["actions"]) for one in (tables, mixed))
    assert all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in SHARED)


def test_another_hour_or_stake_changes_no_window(tables: dict[str, Columns]) -> None:
    moved = {**tables["sessions"], "began_at": tables["sessions"]["began_at"] + 12_345}
    moved["stake_cents"] = moved["stake_cents"] * 2
    ours, theirs = (encode(one, tables["actions"]) for one in (tables["sessions"], moved))
    assert all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in SHARED)


def test_more_accounts_on_a_device_are_not_less_suspicious(prepared: Prepared, finished: Finished) -> None:
    windows = prepared.test.windows
    alone, crowd = windows.context.copy(), windows.context.copy()
    place = CONTEXT.index("accounts_on_device")
    alone[:, place], crowd[:, place] = 0.0, np.log(5)
    less, more = (finished.model.ensemble.score(replace(windows, context=one)) for one in (alone, crowd))
    assert (more > less).mean() > 0.95


def test_the_regularity_of_a_clock_is_suspicious(prepared: Prepared, finished: Finished) -> None:
    windows = prepared.test.windows.rows(np.flatnonzero(prepared.bots(prepared.test.windows.account) == 0)[:200])
    numbers = windows.numbers.copy()
    count = np.maximum(windows.mask.sum(axis=1), 1)
    mean = (numbers[..., 0] * windows.mask).sum(axis=1) / count
    numbers[..., 0] = mean[:, None] + 0.15 * (numbers[..., 0] - mean[:, None])
    numbers[..., 1] *= 0.15
    regular = finished.model.ensemble.score(replace(windows, numbers=numbers))
    assert (regular > finished.model.ensemble.score(windows)).mean() > 0.9
