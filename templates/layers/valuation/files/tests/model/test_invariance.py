"""What must not matter does not; what must point one way does."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.warehouse import Warehouse
from {{ cookiecutter.package }}.world import SQUARE_FEET


def test_new_names_for_homes_and_deeds_change_no_input(
    tables: dict[str, Columns], prepared: Prepared, settings: Config
) -> None:
    renamed = {name: dict(columns) for name, columns in tables.items()}
    for column in ("property", "deed"):
        for table in renamed.values():
            if column in table:
                table[column] = table[column] * 3 + 11
    with Warehouse(renamed, settings.neighbourhood, settings.engine) as warehouse:
        assert np.array_equal(warehouse.sales().values, prepared.features.values)


def test_the_unit_of_an_area_does_not_matter(tables: dict[str, Columns], prepared: Prepared, settings: Config) -> None:
    homes = tables["properties"]
    metric = homes["area_unit"] == "m2"
    in_feet = {
        **homes,
        "area": np.where(metric, homes["area"] * SQUARE_FEET, homes["area"]),
        "area_unit": np.full(len(metric), "sqft"),
    }
    with Warehouse({**tables, "properties": in_feet}, settings.neighbourhood, settings.engine) as warehouse:
        assert np.allclose(warehouse.sales().values, prepared.features.values, rtol=0, atol=1e-5)


def test_moving_the_whole_map_by_cells_changes_no_input(
    tables: dict[str, Columns], prepared: Prepared, settings: Config
) -> None:
    step = 4 * settings.neighbourhood.cell_m
    moved = {
        name: {**columns, "x_m": columns["x_m"] + step} if "x_m" in columns else columns
        for name, columns in tables.items()
    }
    with Warehouse(moved, settings.neighbourhood, settings.engine) as warehouse:
        assert np.allclose(warehouse.sales().values, prepared.features.values, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("figure", "name", "step", "sign"),
    [
        ("larger_is_dearer", "log_area", np.log(1.1), 1),
        ("better_is_dearer", "condition", 1.0, 1),
        ("farther_is_cheaper", "log_lake", 1.5, -1),
    ],
)
def test_values_move_the_right_way(
    prepared: Prepared, newest: Origin, finished: Finished, bounds: dict[str, tuple[float, float]],
    figure: str, name: str, step: float, sign: int,
) -> None:  # fmt: skip
    rows = newest.test
    if name == "log_lake":
        rows = rows[prepared.features.column("log_lake")[rows] < np.log(300)]
    share = _moves(finished.model, prepared.features.values[rows], name, step, sign)
    assert share >= bounds[figure][0] - 0.01, "one home in a hundred may be odd"


def _moves(model: Model, values: Array, name: str, step: float, sign: int) -> float:
    """The share of homes whose value moves as `sign` says; the base of a value is area times index."""
    moved = values.copy()
    moved[:, NAMES.index(name)] += step
    change = model.predict(moved).expected - model.predict(values).expected + step * (name == "log_area")
    return float((sign * change > 0).mean())
