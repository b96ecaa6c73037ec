"""A hole in the image is an average hour that nobody saw, never a dark one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from {{ cookiecutter.package }}.features import CHANNELS, scene
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.train import Prepared


def test_what_was_not_seen_is_average_and_marked(prepared: Prepared, archive: Archive, hours: list[int]) -> None:
    blind = next(hour for hour in hours if np.isnan(np.asarray(archive.satellite[hour])).any())
    hole = np.isnan(np.asarray(archive.satellite[blind]))
    channels = dict(zip(CHANNELS, prepared.scene(blind).channels, strict=True))
    assert np.isfinite(prepared.scene(blind).channels).all()
    assert (channels["satellite"][hole] == 0).all()
    assert (channels["seen"][hole] == 0).all()
    assert (channels["seen"][~hole] == 1).all()


def test_channels_are_anomalies_around_zero(prepared: Prepared, archive: Archive) -> None:
    some = np.stack([prepared.scene(hour).channels for hour in range(1, prepared.split.train.ends, 5)])
    seen = some[:, 1] == 1
    assert abs(some[:, 0][seen].mean()) < 0.15
    assert 0.8 < some[:, 0][seen].std() < 1.2
    assert abs(some[:, 2].mean()) < 0.3


def test_without_any_station_the_analysis_is_average(prepared: Prepared, archive: Archive) -> None:
    silent = replace(archive.snapshot(9), observed=np.full(len(archive.stations.station), np.nan, dtype=np.float32))
    found = scene(archive.snapshot(8), silent, prepared.region, prepared.scaling)
    assert (found.channels[2] == 0).all()
    assert (found.support == 0).all()


def test_a_scene_travels_and_its_relief_stays(prepared: Prepared, archive: Archive) -> None:
    found = replace(prepared.scene(30), steering=(1.0, -2.0))
    later = found.at(2)
    assert np.array_equal(later[0], np.roll(found.channels[0], (2, -4), axis=(0, 1)))
    assert np.array_equal(later[-1], archive.relief)
    assert np.array_equal(found.at(0), found.channels)
