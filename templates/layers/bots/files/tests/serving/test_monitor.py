"""Alarms ring when something has changed and are silent when nothing has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import monitor, world
from {{ cookiecutter.package }}.assess import watch
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import Windows
from {{ cookiecutter.package }}.monitor import Alarm, Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, prepare, reference
from {{ cookiecutter.package }}.world import Size

QUIET_WORLDS = 20


@pytest.mark.parametrize("seed", range(100, 100 + QUIET_WORLDS))
def test_a_world_without_drift_rings_no_alarm(finished: Finished, settings: Config, seed: int) -> None:
    quiet = prepare(world.make(Size(accounts=2_400), seed=seed, drift=False).tables(), settings)
    windows = watch(finished.model, quiet, reference(quiet, finished.model, settings), settings)
    assert len(windows) >= 3
    assert [str(alarm) for window in windows for alarm in window.alarms(settings.monitor)] == []


def test_seconds_instead_of_milliseconds_ring_within_a_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    numbers = prepared.test.windows.numbers.copy()
    numbers[..., 0] -= np.log(1_000.0)
    first = _alarms(finished, normal, settings, replace(prepared.test.windows, numbers=numbers))
    assert "PSI of mean_log_ms" in {alarm.figure for alarm in first}


def test_a_wave_of_bots_rings_within_a_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    """Every third account plays as one of the known bots does."""
    windows, truth = prepared.test.windows, prepared.tables["truth"]
    family = truth["family"][np.searchsorted(truth["account"], windows.account)]
    bots = np.flatnonzero(np.isin(family, ["metronome", "sampler"]))
    rows = np.arange(len(windows))
    rows[::3] = np.resize(bots, len(rows[::3]))
    wave = replace(windows.rows(rows), account=windows.account, until=windows.until)
    first = _alarms(finished, normal, settings, wave)
    assert "z of the share watched" in {alarm.figure for alarm in first}


def test_a_careless_limit_rings_by_the_share_watched(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    median = float(np.median(finished.model.ensemble.score(prepared.test.windows)))
    careless = replace(finished.model, limits=replace(finished.model.limits, watch=median))
    windows = watch(careless, prepared, normal, settings)
    assert all(window.watch_z > settings.monitor.max_watch_z for window in windows)


def test_a_model_that_watches_nobody_any_more_rings_too(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    blind = replace(finished.model, limits=replace(finished.model.limits, watch=1e9))
    common = replace(normal, watch_rate=0.3, dispersion=1.0)
    windows = watch(blind, prepared, common, settings)
    assert all(window.watch_z < -settings.monitor.max_watch_z for window in windows)


def test_the_reference_survives_being_kept_with_the_model(normal: Reference) -> None:
    assert Reference.of(normal.plain()) == normal


def _alarms(finished: Finished, normal: Reference, settings: Config, windows: Windows) -> list[Alarm]:
    """The alarms of the first window."""
    score = finished.model.ensemble.score(windows)
    first = next(monitor.measure(normal, windows, score, finished.model.limits.watch, settings.monitor))
    return list(first.alarms(settings.monitor))
