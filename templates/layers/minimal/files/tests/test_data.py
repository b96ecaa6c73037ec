"""The contract holds and every breach is seen; nothing of the future or of a person reaches the features."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import read, world
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, check
from {{ cookiecutter.package }}.features import compute
from {{ cookiecutter.package }}.train import Prepared


def _set(name: str, value: object) -> Callable[[Columns], Any]:
    def change(table: Columns) -> None:
        table[name][0] = value

    return change


BREACHES: dict[str, Callable[[Columns], Any]] = {
    "0 is outside": _set("distance_km", 0.0),
    "25000 is outside": _set("distance_km", 25_000.0),
    "'owl' is not one of": _set("carrier", "owl"),
    "missing, at most": lambda table: table.update(weight_kg=np.full(len(table["order"]), np.nan)),
    "integer expected": lambda table: table.update(promised_days=table["promised_days"] / 2),
    "the column is missing": lambda table: table.pop("carrier"),
    "does not know this column": lambda table: table.update(phone=table["street"]),
    "repeat the key": lambda table: table.update(order=table["order"] // 2),
}


def test_the_made_world_keeps_the_contract_through_a_file(orders: Columns, agreed: Contract, settings: Config) -> None:
    assert list(check(agreed.tables["orders"], orders, name="orders")) == []
    for name, values in world.make(settings.world, seed=settings.seed).items():
        assert (orders[name] == values).all() or np.array_equal(orders[name], values, equal_nan=True), name


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(orders: Columns, agreed: Contract, expected: str) -> None:
    broken = {name: values.copy() for name, values in orders.items()}
    BREACHES[expected](broken)
    found = list(check(agreed.tables["orders"], broken, name="orders"))
    assert len(found) == 1
    assert expected in found[0]


def test_a_file_with_a_word_for_a_number_is_refused(orders: Columns, agreed: Contract, tmp_path: Path) -> None:
    read.write(take(orders, np.arange(3)), tmp_path / "orders.csv")
    text = (tmp_path / "orders.csv").read_text(encoding="utf-8")
    (tmp_path / "orders.csv").write_text(text.replace("0,", "zero,", 1), encoding="utf-8")
    with pytest.raises(ContractViolation, match=r"orders\.order: integer expected"):
        read.read(tmp_path / "orders.csv", agreed)


def test_periods_follow_each_other_and_leave_time_for_labels(prepared: Prepared, settings: Config) -> None:
    latest_trained = prepared.placed_on[prepared.split.train].max()
    assert latest_trained < prepared.split.deployed_on - settings.split.label_delay_days
    assert prepared.placed_on[prepared.split.test].min() >= prepared.split.deployed_on
    assert not (prepared.split.train & prepared.split.test).any()


def test_features_do_not_know_the_label_nor_a_person(orders: Columns, agreed: Contract) -> None:
    hidden = {read.LABEL, *agreed.personal()}
    assert hidden == {"days_late", "street"}
    without = {name: values for name, values in orders.items() if name not in hidden}
    assert np.array_equal(compute(without), compute(orders))


def test_features_of_an_order_do_not_depend_on_other_orders(orders: Columns) -> None:
    first = np.arange(50)
    assert np.array_equal(compute(take(orders, first)), compute(orders)[first])


def test_a_planted_future_column_is_caught(orders: Columns) -> None:
    def leaking(table: Columns) -> Any:
        return np.column_stack([compute(table), table[read.LABEL]])

    without = {name: values for name, values in orders.items() if name != read.LABEL}
    with pytest.raises(KeyError, match=read.LABEL):
        leaking(without)
