"""Alarms ring when something has changed and are silent when nothing has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import assess, monitor, world
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.monitor import Alarm, Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared, prepare

QUIET_WORLDS = 20


@pytest.mark.parametrize("draw", range(100, 100 + QUIET_WORLDS))
def test_other_sales_of_the_same_market_ring_no_alarm(
    finished: Finished, normal: Reference, settings: Config, draw: int
) -> None:
    quiet = prepare(world.make(world.SIZES["small"], seed=settings.seed, draw=draw), settings)
    windows = assess.watch(finished.model, quiet, normal, settings)
    assert len(windows) >= 3
    assert [str(alarm) for window in windows for alarm in window.alarms(settings.monitor)] == []


def test_square_feet_passed_off_as_square_metres_ring_within_a_window(
    tables: dict[str, Columns], finished: Finished, normal: Reference, settings: Config
) -> None:
    homes = tables["properties"]
    mixed = {**homes, "area_unit": np.full(len(homes["property"]), "m2")}
    wrong = prepare({**tables, "properties": mixed}, settings)
    first = next(iter(assess.watch(finished.model, wrong, normal, settings)))
    assert "share of implausible sales" in {alarm.figure for alarm in first.alarms(settings.monitor)}


def test_prices_that_fall_by_a_fifth_ring_within_a_window(
    prepared: Prepared, newest: Origin, finished: Finished, normal: Reference, settings: Config
) -> None:
    alarms = _first(prepared, newest, finished, normal, settings, fall=0.8)
    assert "z of prices over values" in {alarm.figure for alarm in alarms}


def test_a_district_of_new_homes_rings_within_a_window(
    prepared: Prepared, newest: Origin, finished: Finished, normal: Reference, settings: Config
) -> None:
    names = {alarm.figure for alarm in _first(prepared, newest, finished, normal, settings, young=0.5)}
    assert "PSI of age_years" in names


def test_the_reference_survives_being_kept_with_the_model(normal: Reference) -> None:
    assert Reference.of(normal.plain()) == normal


def _first(
    prepared: Prepared, origin: Origin, finished: Finished, normal: Reference, settings: Config,
    *, fall: float = 1.0, young: float = 0.0,
) -> list[Alarm]:  # fmt: skip
    """The alarms of the first window after deployment, with something planted."""
    features = prepared.features.rows(origin.test)
    values = features.values.copy()
    values[: int(young * len(values)), NAMES.index("age_years")] = 0.5
    found, target = finished.model.predict(values), prepared.target[origin.test] + np.log(fall)
    windows = monitor.measure(
        normal, replace(features, values=values), found, target,
        plausible=np.ones(len(target), dtype=bool), config=settings.monitor,
    )  # fmt: skip
    return list(next(iter(windows)).alarms(settings.monitor))
