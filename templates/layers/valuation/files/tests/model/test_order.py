"""The order digest: which sales the networks see, in which order. A flag that turns this round moves no figure much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from {{ cookiecutter.package }}.batches import Sales, in_order
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared, prepare, sales, train


def test_every_epoch_goes_from_the_oldest_sale_to_the_newest(
    prepared: Prepared, newest: Origin, finished: Finished, settings: Config
) -> None:
    assert (np.diff(prepared.features.at[newest.train]) >= 0).all()
    in_time = digest(prepared.features.subject[newest.train].tolist())
    assert finished.trained[-1].fitted.order == [in_time] * settings.model.epochs


def test_batches_leave_nobody_out_and_take_nobody_twice(finished: Finished, prepared: Prepared, newest: Origin) -> None:
    known = sales(prepared, newest.train, finished.model.scale)
    seen = torch.cat([batch.deed for batch in in_order(known, size=100)]).tolist()
    assert len(seen) == len(set(seen)) == len(newest.train)


def test_the_same_rows_in_another_order_give_the_same_digest(
    tables: dict[str, Columns], prepared: Prepared, newest: Origin, settings: Config
) -> None:
    rng = np.random.default_rng(5)
    mixed = {
        name: columns if name == "truth" else take(columns, rng.permutation(len(next(iter(columns.values())))))
        for name, columns in tables.items()
    }
    again = prepare(mixed, settings)
    assert np.array_equal(again.features.subject[again.origins[-1].train], prepared.features.subject[newest.train])
    assert np.array_equal(again.features.values, prepared.features.values)


def test_a_longer_calibration_takes_just_its_sales_out_of_the_digest(
    prepared: Prepared, newest: Origin, settings: Config
) -> None:
    days = settings.split.calibration_days + 30
    longer = settings.model_copy(update={"split": settings.split.model_copy(update={"calibration_days": days})})
    other = prepare(prepared.tables, longer).origins[-1]
    gone = np.setdiff1d(newest.train, other.train)
    assert set(other.train.tolist()) < set(newest.train.tolist())
    assert prepared.registered_on[gone].min() >= other.deployed_on - days


def test_the_order_is_part_of_the_model(
    prepared: Prepared, newest: Origin, settings: Config, finished: Finished
) -> None:
    """Turned round, the same sales make another model: that is why the digest is kept."""
    turned = train(prepared, replace(newest, train=newest.train[::-1].copy()), settings, version="turned")
    assert turned.fitted.order[0] != finished.trained[-1].fitted.order[0]
    values = prepared.features.values[newest.test]
    assert not np.allclose(turned.model.predict(values).expected, finished.model.predict(values).expected, atol=1e-3)


@pytest.mark.parametrize("count", [1, 255, 256, 257])
def test_batches_are_cut_without_loss_at_any_size(count: int) -> None:
    rows = torch.arange(count)
    known = Sales(rows, rows[:, None].float(), rows.float())
    assert torch.cat([batch.deed for batch in in_order(known, size=256)]).tolist() == rows.tolist()
