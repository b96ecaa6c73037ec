"""The model is good within what many seeds gave, models that must fail do fail, and the same seed gives the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import train, world
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract, check
from {{ cookiecutter.package }}.evaluate import evaluate, shortfalls
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.train import Finished, Prepared

Bounds = dict[str, tuple[float, float]]


def test_the_bar_is_reached_and_quality_is_within_what_many_seeds_gave(finished: Finished, bounds: Bounds) -> None:
    assert finished.shortfalls == []
    gain = finished.metrics.pr_auc - finished.baseline.pr_auc
    found = {**finished.metrics.plain(), "pr_auc_over_baseline": gain}
    for name in ("pr_auc", "calibration_error", "pr_auc_over_baseline"):
        low, high = bounds[name]
        assert low <= found[name] <= high, name


def test_a_model_of_shuffled_labels_fails_the_bar(prepared: Prepared, settings: Config, bounds: Bounds) -> None:
    shuffled = prepared.late.copy()
    rows = np.flatnonzero(prepared.split.train)
    shuffled[rows] = np.random.default_rng(settings.seed).permutation(shuffled[rows])
    made = train.train(replace(prepared, late=shuffled), settings, version="shuffled")
    metrics, baseline = train.assess(made, prepared)
    assert shortfalls(metrics, baseline, settings.quality)
    assert metrics.pr_auc < bounds["pr_auc"][0]


def test_a_constant_model_fails_the_bar(prepared: Prepared, finished: Finished, settings: Config) -> None:
    late = prepared.late[prepared.split.test]
    constant = evaluate(np.full(len(late), late.mean()), late)
    assert shortfalls(constant, finished.baseline, settings.quality)


def test_the_model_finds_the_law_of_the_world(prepared: Prepared, finished: Finished, orders: Columns) -> None:
    rows = prepared.split.test
    by_time = take(orders, np.lexsort((orders["order"], orders["placed_on"])))
    carrier = np.searchsorted(np.sort(world.CARRIERS), by_time["carrier"])
    number = np.argsort(world.CARRIERS)[carrier]
    names = ("distance_km", "weight_kg", "open_orders", "promised_days")
    law = world.probability_late(number, *(by_time[name] for name in names))
    known = rows & ~np.isnan(law)
    assert np.abs(finished.model.probability(prepared.values[known]) - law[known]).mean() < 0.02


def test_the_same_data_gives_the_same_model_bit_by_bit(
    prepared: Prepared, finished: Finished, settings: Config
) -> None:
    again = train.train(prepared, settings, version=finished.model.version)
    assert np.array_equal(again.weights, finished.model.weights)
    assert again.offset == finished.model.offset


def test_the_order_digest_depends_on_data_and_not_on_the_files_order(
    orders: Columns, prepared: Prepared, settings: Config
) -> None:
    mixed = take(orders, np.random.default_rng(1).permutation(len(orders["order"])))
    assert train.order_digest(train.prepare(mixed, settings)) == train.order_digest(prepared)
    longer = settings.model_copy(update={"split": settings.split.model_copy(update={"test_days": 70})})
    other = train.prepare(orders, longer)
    assert train.order_digest(other) != train.order_digest(prepared)
    assert set(other.order[other.split.train]) < set(prepared.order[prepared.split.train])


def test_grams_for_kilograms_are_refused(orders: Columns, agreed: Contract) -> None:
    grams = {**orders, "weight_kg": orders["weight_kg"] * 1_000}
    assert "outside 0.05 to 200 kg" in next(check(agreed.tables["orders"], grams, name="orders"))


def test_new_names_for_customers_change_nothing(orders: Columns, prepared: Prepared, settings: Config) -> None:
    renamed = {**orders, "customer": orders["customer"] * 3 + 1}
    assert np.array_equal(train.prepare(renamed, settings).values, prepared.values)


@pytest.mark.parametrize(("name", "direction"), [("log_distance", 1), ("log_weight", 1), ("promised_days", -1)])
def test_more_of_it_points_one_way(prepared: Prepared, finished: Finished, name: str, direction: int) -> None:
    values = prepared.values[:500].copy()
    before = finished.model.probability(values)
    values[:, NAMES.index(name)] += 1
    assert (direction * (finished.model.probability(values) - before) > 0).all()
