"""Only what was known: cut the archive at the hour, alter what comes after the training, and nothing may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from {{ cookiecutter.package }} import train
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import scene
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.scaling import in_blocks, measure
from {{ cookiecutter.package }}.split import Period, split
from {{ cookiecutter.package }}.train import Prepared, prepare


def test_periods_share_no_hour_not_even_by_their_targets(prepared: Prepared, settings: Config) -> None:
    longest = max(settings.forecast.leads_h)
    periods = prepared.split
    used = [_reads(period, longest) for period in (periods.train, periods.calibration, periods.test)]
    for earlier, later in pairwise(used):
        assert max(earlier) + settings.split.gap_hours <= min(later)
    assert max(used[-1]) < prepared.archive.hours


def test_too_short_an_archive_is_refused(settings: Config) -> None:
    with pytest.raises(ValueError, match="too few"):
        split(150, settings.split)


def test_a_scene_is_the_same_when_the_future_has_not_happened_yet(
    archive: Archive, prepared: Prepared, hours: list[int]
) -> None:
    for hour in hours:
        past = _cut(archive, hour + 1)
        then = scene(past.snapshot(hour - 1), past.snapshot(hour), prepared.region, prepared.scaling)
        now = prepared.scene(hour)
        assert np.array_equal(then.channels, now.channels)
        assert then.steering == now.steering


def test_a_planted_look_into_the_future_is_caught(
    archive: Archive, prepared: Prepared, hours: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Archive.snapshot
    monkeypatch.setattr(Archive, "snapshot", lambda self, hour: replace(honest(self, hour + 1), hour=hour))
    with pytest.raises((AssertionError, IndexError)):
        test_a_scene_is_the_same_when_the_future_has_not_happened_yet(archive, prepared, hours)


def test_nothing_learned_before_training_knows_the_test_period(
    archive: Archive, prepared: Prepared, settings: Config
) -> None:
    """Scaling and baseline come from the hours of training: other weather afterwards changes neither."""
    end = prepared.split.train.ends
    changed = {}
    for name in ("satellite", "observed", "reanalysis"):
        values = np.array(getattr(archive, name)[:])
        values[end:] = values[end:] * 0.5
        changed[name] = values
    other = prepare(replace(archive, **changed), settings)
    assert other.scaling == prepared.scaling
    assert other.baseline == prepared.baseline


def test_batches_read_no_hour_after_the_training_period(prepared: Prepared, changed: Callable[..., Config]) -> None:
    watched = _Watched(prepared.archive.reanalysis)
    known = replace(prepared, archive=replace(prepared.archive, reanalysis=watched))
    list(train.samples(known, changed(seed=7, steps=60)))
    assert 0 < max(watched.hours) < prepared.split.train.ends


@pytest.mark.parametrize("block", [5, 48, 1_000])
def test_statistics_by_blocks_are_those_of_the_whole(prepared: Prepared, block: int) -> None:
    hours = np.arange(3, 200)
    found = measure(prepared.archive, hours, block=block)
    images, winds = (
        np.asarray(stack[3:200], dtype=np.float64)
        for stack in (prepared.archive.satellite, prepared.archive.reanalysis)
    )
    wanted = (np.nanmean(images), np.nanstd(images), winds.mean(), winds.std())
    assert np.allclose(tuple(found.plain().values()), wanted, rtol=1e-9)
    assert np.array_equal(np.concatenate(list(in_blocks(hours, block))), hours)


class _Watched:
    """An array that remembers which hours were asked for."""

    def __init__(self, stack: object) -> None:
        self._stack, self.hours = stack, list[int]()
        self.shape = stack.shape  # type: ignore[attr-defined]

    def __getitem__(self, hour: int) -> np.ndarray:
        self.hours.append(hour)
        return np.asarray(self._stack[hour])  # type: ignore[index]


def _reads(period: Period, longest: int) -> set[int]:
    return {hour + step for hour in period.origins(longest=longest).tolist() for step in (-1, 0, longest)}


def _cut(archive: Archive, hours: int) -> Archive:
    parts = {name: np.asarray(getattr(archive, name)[:hours]) for name in ("satellite", "observed", "reanalysis")}
    return replace(archive, **parts)
