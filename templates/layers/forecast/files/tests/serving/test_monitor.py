"""Alarms ring within a day when an instrument changes, and stay silent while only the weather does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import monitor, world
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import Region
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Reference, Window, describe, measure
from {{ cookiecutter.package }}.motion import carried
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared

Change = Callable[[Archive], Archive]
QUIET_WORLDS = 20


def _dimmer(archive: Archive) -> Archive:
    return replace(archive, satellite=0.6 * np.asarray(archive.satellite[:]))


def _blurred(archive: Archive) -> Archive:
    images = np.asarray(archive.satellite[:])
    return replace(
        archive, satellite=np.mean([carried(images, r, c) for r in range(-2, 3) for c in range(-2, 3)], axis=0)
    )


def _knots(archive: Archive) -> Archive:
    return replace(archive, observed=1.94 * np.asarray(archive.observed[:]))


def _iced(archive: Archive) -> Archive:
    observed = np.array(archive.observed[:])
    observed[:, ::2] = 0.0
    return replace(archive, observed=observed)


def _blind(archive: Archive) -> Archive:
    images = np.array(archive.satellite[:])
    images[:, :, :20] = np.nan
    return replace(archive, satellite=images)


CHANGES: dict[str, tuple[Change, str]] = {
    "the sensor loses gain": (_dimmer, "brightness"),
    "the image is out of focus": (_blurred, "sharpness"),
    "stations report knots": (_knots, "station bias"),
    "half of the masts are iced": (_iced, "station error"),
    "most of the image is missing": (_blind, "unseen"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_instrument_rings_within_a_day(
    prepared: Prepared, finished: Finished, model: Model, settings: Config, what: str
) -> None:
    change, figure = CHANGES[what]
    begin = prepared.split.test.begins
    hours = (begin, begin + settings.monitor.window_hours)
    windows = measure(model, change(prepared.archive), prepared.region, settings.monitor, hours=hours)
    alarms = [alarm for window in windows for alarm in window.alarms(finished.normal, settings.monitor)]
    assert figure in {alarm.figure for alarm in alarms}


def test_quiet_worlds_stay_silent(model: Model, settings: Config) -> None:
    size = replace(world.SIZES["small"], hours=24 * 7)
    rung = {}
    for seed in range(300, 300 + QUIET_WORLDS):
        windows = _windows(model, settings, world.make(size, seed=seed))
        normal = describe(windows[:-1])
        if alarms := list(windows[-1].alarms(normal, settings.monitor)):
            rung[seed] = [str(alarm) for alarm in alarms]
    assert rung == {}


def test_the_reference_survives_being_kept_with_the_model(finished: Finished) -> None:
    assert Reference.of(finished.normal.plain()) == finished.normal


def test_an_alarm_says_what_when_and_how_far(finished: Finished, settings: Config) -> None:
    usual = dict(finished.normal.mean)
    still = Window(48, usual)
    assert list(still.alarms(finished.normal, settings.monitor)) == []
    odd = Window(48, {**usual, "brightness": usual["brightness"] + 9 * finished.normal.deviation["brightness"]})
    (alarm,) = odd.alarms(finished.normal, settings.monitor)
    assert str(alarm).startswith("hour 48: brightness")


def _windows(model: Model, settings: Config, archive: Archive) -> list[Window]:
    region = Region.of(archive, radius=settings.features.station_radius_cells)
    return monitor.measure(model, archive, region, settings.monitor, hours=(0, archive.hours))
