"""The world is what it says: its noise, its errors, its delays; and the same seed makes the same world."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import world
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.world import Size

TINY = Size(sales=400)


def test_prices_scatter_by_eight_per_cent_around_the_truth(tables: dict[str, Columns]) -> None:
    right = tables["truth"]["error"] != "decimal"
    scatter = np.log(tables["deeds"]["price_eur"] / tables["truth"]["value_eur"])[right]
    assert scatter.std() == pytest.approx(0.08, abs=0.005)


def test_about_one_row_in_a_hundred_is_wrong(tables: dict[str, Columns]) -> None:
    assert (tables["truth"]["error"] != "none").mean() == pytest.approx(0.01, abs=0.005)


def test_planted_errors_are_kept_from_training_and_honest_sales_are_not(prepared: Prepared) -> None:
    truth = prepared.tables["truth"]
    planted = truth["error"][np.searchsorted(truth["deed"], prepared.features.subject)] != "none"
    assert (~prepared.plausible[planted]).mean() > 0.95
    assert prepared.plausible[~planted].mean() > 0.998


def test_a_sale_is_registered_days_to_weeks_later(tables: dict[str, Columns]) -> None:
    delay = tables["deeds"]["registered_on"] - tables["deeds"]["sold_on"]
    assert delay.min() >= 5
    assert delay.max() <= 45


def test_equal_seeds_make_equal_worlds_and_others_do_not() -> None:
    first, same, other = (world.make(TINY, seed=seed) for seed in (3, 3, 4))
    for name, columns in first.items():
        for column, values in columns.items():
            assert np.array_equal(values, same[name][column])
    assert not np.array_equal(first["deeds"]["price_eur"], other["deeds"]["price_eur"])


def test_another_draw_has_the_same_market_and_other_sales() -> None:
    first, second = (world.make(TINY, seed=3, draw=draw) for draw in (0, 1))
    assert np.array_equal(first["market_index"]["eur_per_m2"], second["market_index"]["eur_per_m2"])
    assert not np.array_equal(first["deeds"]["price_eur"], second["deeds"]["price_eur"])


def test_shards_of_a_large_world_share_no_ids() -> None:
    parts = list(world.shards(Size(sales=400, shards=3), seed=1))
    for table, column in (("deeds", "deed"), ("properties", "property"), ("deeds", "buyer")):
        seen = [set(part[table][column].tolist()) for part in parts]
        assert len(set.union(*seen)) == sum(map(len, seen))
