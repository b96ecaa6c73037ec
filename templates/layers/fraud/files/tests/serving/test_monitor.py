"""Alarms ring when something has changed and are silent when nothing has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import monitor, world
from {{ cookiecutter.package }}.assess import watch
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES, FeatureTable
from {{ cookiecutter.package }}.monitor import Alarm, Reference
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.policy import BLOCK, decide
from {{ cookiecutter.package }}.population import Size
from {{ cookiecutter.package }}.train import Prepared, prepare, reference

QUIET_WORLDS = 20


@pytest.mark.parametrize("seed", range(100, 100 + QUIET_WORLDS))
def test_a_world_without_drift_rings_no_alarm(finished: Finished, settings: Config, seed: int) -> None:
    quiet = world.make(Size(customers=1_500), seed=seed, exploration=0.1, drift=False)
    prepared = prepare(quiet.tables(), settings)
    normal = reference(prepared, finished.model, settings)
    windows = watch(finished.model, prepared, normal, settings)
    assert len(windows) > 15
    assert [str(alarm) for window in windows for alarm in window.alarms(settings.monitor)] == []


def test_amounts_in_cents_ring_within_a_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    def cents(values: np.ndarray) -> None:
        values[:, NAMES.index("amount_eur")] *= 100
        values[:, NAMES.index("amount_to_usual")] *= 100

    first = _alarms_of_first_window(prepared, finished, normal, settings, cents)
    assert "PSI of amount_eur" in {alarm.figure for alarm in first}


def test_a_wave_of_new_devices_and_cards_rings_within_a_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    def wave(values: np.ndarray) -> None:
        for name in ("device_age_days", "card_age_days", "account_age_days"):
            values[::12, NAMES.index(name)] = 0.01
        for name, value in (("device_cards_30d", 5), ("foreign_network", 1), ("minutes_played_7d", 0)):
            values[::12, NAMES.index(name)] = value

    first = _alarms_of_first_window(prepared, finished, normal, settings, wave)
    assert "z of the block rate" in {alarm.figure for alarm in first}


def test_a_lower_threshold_rings_by_the_share_of_blocked_payments(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    after = prepared.features.rows(prepared.split.test)
    tenth = float(np.quantile(finished.model.classifier.raw(after.values), 0.9))
    block = float(np.interp(tenth, finished.model.classifier.scores, finished.model.classifier.probabilities))
    careless = replace(finished.model, thresholds=replace(finished.model.thresholds, block=block, review=block))
    windows = watch(careless, prepared, normal, settings)
    assert all(window.block_rate_z > settings.monitor.max_block_rate_z for window in windows)


def test_a_model_that_blocks_nothing_any_more_rings_too(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config
) -> None:
    blind = replace(finished.model, thresholds=replace(finished.model.thresholds, block=1.1, review=1.1))
    common = replace(normal, block_rate=0.2, dispersion=1.0)
    windows = watch(blind, prepared, common, settings)
    assert all(window.block_rate_z < -settings.monitor.max_block_rate_z for window in windows)


def test_the_reference_survives_being_kept_with_the_model(normal: Reference) -> None:
    assert Reference.of(normal.plain()) == normal


def _alarms_of_first_window(
    prepared: Prepared, finished: Finished, normal: Reference, settings: Config, change: object
) -> list[Alarm]:
    after = prepared.features.rows(prepared.split.test)
    values = after.values.copy()
    change(values)  # type: ignore[operator]
    changed = FeatureTable(after.payment, after.at, values)
    score = finished.model.classifier.probability(values)
    blocked = decide(score, finished.model.thresholds) == BLOCK
    first = next(iter(monitor.measure(normal, changed, score, blocked, settings.monitor)))
    return list(first.alarms(settings.monitor))
