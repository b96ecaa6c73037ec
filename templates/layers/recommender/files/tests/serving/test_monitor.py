"""Alarms ring when something has changed and are silent when nothing has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import monitor, world
from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.monitor import EXPLORED, PLAY_RATE, Reference, Window
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.world import Size

QUIET_WORLDS = 20
QUIET = Size(users=300, items=200, days=36)


@pytest.mark.parametrize("seed", range(100, 100 + QUIET_WORLDS))
def test_a_world_without_drift_rings_no_alarm(settings: Config, seed: int) -> None:
    still = world.make(QUIET, seed=seed, exploration=settings.exploration.share_of_slots, drift=False)
    until = QUIET.days // 3 * DAY
    normal = monitor.describe(still.tables(), still.media, settings.monitor, until=until)
    windows = list(
        monitor.measure(normal, still.tables(), still.media, settings.monitor, begin=until, end=QUIET.days * DAY)
    )
    assert len(windows) == 3
    assert [str(alarm) for window in windows for alarm in window.alarms(settings.monitor)] == []


def _new(change: Callable[[Media], Media]) -> Callable[[Media, np.ndarray], Media]:
    def of_new_items(media: Media, new: np.ndarray) -> Media:
        other = change(media)
        image, audio = media.image.copy(), media.audio.copy()
        image[new], audio[new] = other.image[new], other.audio[new]
        return Media(media.item, image, audio)

    return of_new_items


DECODERS = {
    "brightness": lambda media: replace(media, image=media.image // 3),
    "loudness": lambda media: replace(media, audio=media.audio // 4),
    "beat": lambda media: replace(media, audio=media.audio // 8 + 110),
}


@pytest.mark.parametrize("figure", ["brightness", "loudness", "beat"])
def test_media_from_another_decoder_ring_within_a_window(prepared: Prepared, settings: Config, figure: str) -> None:
    new = prepared.tables["items"]["published_at"] >= prepared.periods.test
    changed = _new(DECODERS[figure])(prepared.media, new)
    assert figure in _alarms(prepared.tables, changed, prepared, settings)


def test_lists_that_nobody_plays_from_ring_within_a_window(prepared: Prepared, settings: Config) -> None:
    plays = prepared.tables["plays"]
    lost = (plays["played_at"] >= prepared.periods.test) & (plays["impression"] >= 0) & (plays["play"] % 2 == 0)
    tables = {**prepared.tables, "plays": take(plays, ~lost)}
    assert PLAY_RATE in _alarms(tables, prepared.media, prepared, settings)


def test_a_service_that_stops_exploring_rings_within_a_window(prepared: Prepared, settings: Config) -> None:
    shown = prepared.tables["impressions"]
    dropped = (shown["shown_at"] >= prepared.periods.test) & (shown["explored"] == 1)
    tables = {**prepared.tables, "impressions": take(shown, ~dropped)}
    assert EXPLORED in _alarms(tables, prepared.media, prepared, settings)


def test_the_test_period_itself_is_quiet(prepared: Prepared, settings: Config) -> None:
    assert _alarms(prepared.tables, prepared.media, prepared, settings) == set()


def test_the_reference_survives_being_kept_with_the_model(prepared: Prepared, settings: Config) -> None:
    normal = monitor.describe(prepared.tables, prepared.media, settings.monitor, until=prepared.periods.test)
    assert Reference.of(normal.plain()) == normal


def test_an_alarm_says_what_when_and_how_far(settings: Config) -> None:
    window = Window(begins=21 * DAY, impressions=5, z={"loudness": -9.0, "beat": 1.0})
    assert [str(alarm) for alarm in window.alarms(settings.monitor)] == [
        f"day 21: loudness is -9.0 deviations off, {settings.monitor.max_z:.1f} are allowed"
    ]


def _alarms(tables: dict[str, Columns] | object, media: Media, prepared: Prepared, settings: Config) -> set[str]:
    spans = prepared.periods
    normal = monitor.describe(prepared.tables, prepared.media, settings.monitor, until=spans.test)
    windows = monitor.measure(normal, tables, media, settings.monitor, begin=spans.test, end=spans.end)  # type: ignore[arg-type]
    return {alarm.figure for window in windows for alarm in window.alarms(settings.monitor)}
