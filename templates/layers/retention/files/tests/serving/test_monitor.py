"""Alarms ring when something has changed and are silent when nothing has."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import monitor, world
from {{ cookiecutter.package }}.assess import watch
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FEATURES, FeatureTable
from {{ cookiecutter.package }}.monitor import Alarm, Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.population import DAY, DRIFT_STARTS, Size
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared, prepare, reference

QUIET_WORLDS = 20
QUIET = Size(users=3_000, days=80)


@pytest.mark.parametrize("seed", range(100, 100 + QUIET_WORLDS))
def test_a_world_without_drift_rings_no_alarm(finished: Finished, settings: Config, planned: Plan, seed: int) -> None:
    quiet = world.make(QUIET, seed=seed, reminder_share=0.5, drift=False)
    prepared = prepare(quiet.tables(), settings, planned)
    windows = watch(finished.model, prepared, reference(prepared, finished.model, settings), settings)
    assert len(windows) >= 4
    assert [str(alarm) for window in windows for alarm in window.alarms(settings.monitor)] == []


def test_people_who_come_by_another_channel_ring_within_two_windows(finished: Finished, settings: Config) -> None:
    alarms = [alarm for window in finished.assessment.windows for alarm in window.alarms(settings.monitor)]
    assert "PSI of from_advert" in {alarm.figure for alarm in alarms}
    first = min(alarm.begins for alarm in alarms) // DAY
    assert DRIFT_STARTS <= first <= DRIFT_STARTS + 7 + 2 * settings.monitor.window_days


def test_lengths_in_another_unit_ring_within_a_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    def thousandfold(values: np.ndarray) -> None:
        values[:, FEATURES.index("minutes")] *= 1_000

    first = _alarms_of_first_window(prepared, finished, normal, settings, thousandfold)
    assert "PSI of minutes" in {alarm.figure for alarm in first}


def test_an_event_that_is_lost_for_a_third_of_the_users_rings_within_a_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    def lost(values: np.ndarray) -> None:
        values[::3, FEATURES.index("lessons")] = 0

    first = _alarms_of_first_window(prepared, finished, normal, settings, lost)
    assert "PSI of lessons" in {alarm.figure for alarm in first}


@pytest.mark.parametrize("outcome", [0, 1])
def test_users_who_all_leave_or_all_come_back_ring(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config, outcome: int
) -> None:
    after = prepared.features.rows(prepared.split.test)
    score = finished.model.classifier.probability(after.values)
    same = np.full(len(score), outcome)
    windows = monitor.measure(normal, after, score, same, np.ones(len(score), dtype=bool), settings.monitor)
    assert all("came back" in str(list(window.alarms(settings.monitor))) for window in windows)


def test_while_no_second_week_is_over_nothing_is_said_about_who_came_back(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    young = prepared.features.rows(prepared.labels_now == UNKNOWN)
    score = finished.model.classifier.probability(young.values)
    nothing = np.zeros(len(score), dtype=bool)
    found = list(monitor.measure(normal, young, score, nothing, nothing, settings.monitor))
    assert {window.return_z for window in found} == {0.0}


def test_the_reference_survives_being_kept_with_the_model(normal: Reference) -> None:
    assert Reference.of(normal.plain()) == normal


def _alarms_of_first_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config, change: object
) -> list[Alarm]:
    after = prepared.features.rows(prepared.split.test)
    values = after.values.copy()
    change(values)  # type: ignore[operator]
    changed = FeatureTable(after.user_id, after.moment, values, after.heard)
    score = finished.model.classifier.probability(values)
    nothing = np.zeros(len(score), dtype=bool)
    return list(
        next(iter(monitor.measure(normal, changed, score, nothing, nothing, settings.monitor))).alarms(settings.monitor)
    )
