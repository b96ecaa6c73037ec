"""Alarms ring when something has changed and are silent when nothing has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import monitor, world
from {{ cookiecutter.package }}.assess import watch
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import Sites, compute
from {{ cookiecutter.package }}.monitor import Reference, Window
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.train import Prepared, prepare, train
from {{ cookiecutter.package }}.world import Size

QUIET_WORLDS = 20
LITTLE = Size(side_km=52, wells=120, proposals=210)


@pytest.mark.parametrize("seed", range(100, 100 + QUIET_WORLDS))
def test_a_world_without_drift_rings_no_alarm(settings: Config, seed: int) -> None:
    made = world.make(LITTLE, seed=seed)
    tables = Tables(made.maps, made.wells, made.proposals)
    own = settings.model_copy(update={"seed": seed})
    prepared = prepare(tables, own)
    model, _ = train(prepared, own, version="quiet")
    windows = watch(model, prepared, tables, monitor.describe(prepared.sites, own), own)
    assert len(windows) >= 7
    assert [str(alarm) for window in windows for alarm in window.alarms(own.monitor)] == []


@pytest.fixture(scope="module")
def asked(tables: Tables) -> Sites:
    """All proposals since training."""
    rows = tables.proposals
    return compute(
        tables.maps, tables.wells, id=rows["proposal"], east_km=rows["east_km"], north_km=rows["north_km"],
        at=rows["asked_at"],
    )  # fmt: skip


@pytest.fixture
def normal(prepared: Prepared, settings: Config) -> Reference:
    """What the monitor takes for normal."""
    return monitor.describe(prepared.sites, settings)


def first(normal: Reference, finished: Finished, sites: Sites, log_eur: Array, settings: Config) -> Window:
    """The first window of these sites and outcomes."""
    return next(iter(monitor.measure(normal, sites, finished.model.predict(sites), log_eur, settings)))


def figures(window: Window, settings: Config) -> set[str]:
    """Which figures ring."""
    return {alarm.figure for alarm in window.alarms(settings.monitor)}


def test_the_world_at_hand_is_quiet(
    tables: Tables, asked: Sites, normal: Reference, finished: Finished, settings: Config
) -> None:
    assert figures(first(normal, finished, asked, np.log(tables.proposals["eur_kbbl"]), settings), settings) == set()


@pytest.mark.parametrize(("name", "times"), [("thickness_m", 3.281), ("pressure_mpa", 1.45)])
def test_a_map_reissued_in_other_units_rings_within_a_window(
    asked: Sites, normal: Reference, finished: Finished, settings: Config, name: str, times: float
) -> None:
    values = asked.values.copy()
    values[:, monitor.NAMES.index(name)] *= times
    unknown = np.full(len(asked.id), np.nan)
    window = first(normal, finished, replace(asked, values=values), unknown, settings)
    assert f"mean of {name}" in figures(window, settings)


def test_proposals_that_move_to_poor_data_ring_within_a_window(
    asked: Sites, normal: Reference, finished: Finished, settings: Config
) -> None:
    elsewhere = asked.rows(np.flatnonzero(asked.quality < 0.4))
    closer = replace(elsewhere, at=asked.at[: len(elsewhere.id)])
    window = first(normal, finished, closer, np.full(len(closer.id), np.nan), settings)
    assert "mean of quality" in figures(window, settings)


@pytest.mark.parametrize("times", [0.4, 2.5])
def test_wells_that_give_far_less_or_more_ring_within_a_window(
    tables: Tables, asked: Sites, normal: Reference, finished: Finished, settings: Config, times: float
) -> None:
    eur = tables.proposals["eur_kbbl"] * times
    window = first(normal, finished, asked, np.log(eur), settings)
    assert {"bias of predictions", "wells outside their interval"} <= figures(window, settings)


def test_wells_that_scatter_more_ring_though_they_are_right_on_average(
    asked: Sites, normal: Reference, finished: Finished, settings: Config
) -> None:
    predicted = finished.model.predict(asked)
    sign = np.where(np.arange(len(asked.id)) % 2 == 0, 1.0, -1.0)
    eur = predicted.mean + sign * 1.3 * (predicted.high - predicted.mean)
    assert figures(first(normal, finished, asked, eur, settings), settings) == {"wells outside their interval"}


def test_the_reference_survives_being_kept_with_the_model(normal: Reference) -> None:
    assert Reference.of(normal.plain()) == normal


def test_a_field_that_is_drilled_closer_is_no_drift() -> None:
    assert "earlier_well_km" not in monitor.WATCHED
