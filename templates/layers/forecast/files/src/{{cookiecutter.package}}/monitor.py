"""Alarms: images, observations or the agreement between them are not what they were when the model was released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drift import Kept
from {{ cookiecutter.package }}.features import Region, scene
from {{ cookiecutter.package }}.fields import Archive, Array
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.spectra import sharpness

LEAD = 3
"""Hours: stations report soon enough to verify a forecast the same day; the reanalysis needs weeks."""


@dataclass(frozen=True, slots=True)
class Reference(Kept):
    """What is normal: mean and deviation of each figure over the windows before release."""

    mean: Mapping[str, float]
    deviation: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One figure of one window too far from normal."""

    begins: int
    figure: str
    value: float
    z: float

    def __str__(self) -> str:
        return f"hour {self.begins}: {self.figure} {self.value:.3f} is {self.z:+.1f} deviations from normal"


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured in the hours from `begins`."""

    begins: int
    figures: Mapping[str, float]

    def alarms(self, normal: Reference, config: MonitorConfig) -> Iterator[Alarm]:
        """Every figure beyond the limit."""
        for name, z in self.z(normal).items():
            if abs(z) > config.max_z:
                yield Alarm(self.begins, name, self.figures[name], z)

    def z(self, normal: Reference) -> dict[str, float]:
        """Each figure's distance from normal, in deviations."""
        return {name: (value - normal.mean[name]) / normal.deviation[name] for name, value in self.figures.items()}


def describe(windows: list[Window]) -> Reference:
    """The normal state, from windows before release."""
    table = {name: np.array([window.figures[name] for window in windows]) for name in windows[0].figures}
    mean = {name: float(values.mean()) for name, values in table.items()}
    # A figure that hardly ever moves would ring at nothing: two hundredths of its mean count as no change.
    deviation = {name: max(float(values.std(ddof=1)), 0.02 * abs(mean[name]), 1e-6) for name, values in table.items()}
    return Reference(mean, deviation)


def measure(
    model: Model, archive: Archive, region: Region, config: MonitorConfig, *, hours: tuple[int, int]
) -> list[Window]:
    """One `Window` for each full stretch of `window_hours`, from what a service has within hours."""
    begin, end = hours
    spans = range(begin, end - config.window_hours + 1, config.window_hours)
    return [Window(start, _figures(model, archive, region, start, start + config.window_hours)) for start in spans]


def _figures(model: Model, archive: Archive, region: Region, begin: int, end: int) -> dict[str, float]:
    images = np.asarray(archive.satellite[begin:end])
    whole = images[np.isfinite(images).all(axis=(1, 2))]
    stations = archive.stations
    now: list[Array] = []
    later: list[Array] = []
    for hour in range(max(begin, 1), end - LEAD):
        found = scene(archive.snapshot(hour - 1), archive.snapshot(hour), region, model.scaling)
        for lead, errors in ((0, now), (LEAD, later)):
            speed = model.forecast(found, lead).speed[stations.row, stations.column]
            errors.append(speed - np.asarray(archive.observed[hour + lead]))
    return {
        "brightness": float(np.nanmean(images)),
        "contrast": float(np.nanstd(images)),
        "unseen": float(np.isnan(images).mean()),
        "sharpness": sharpness(whole if len(whole) else np.where(np.isfinite(images), images, np.nanmean(images))),
        "silent stations": float(np.isnan(np.asarray(archive.observed[begin:end])).mean()),
        "station bias": _mean(now),
        "station error": float(np.sqrt(_mean([np.square(error) for error in later]))),
    }


def _mean(errors: list[Array]) -> float:
    return float(np.nanmean(np.stack(errors)))
