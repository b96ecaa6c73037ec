"""Periods in order of time, with a gap between them: no hour is the input or the target of two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.config import SplitConfig
from {{ cookiecutter.package }}.fields import Array


@dataclass(frozen=True, slots=True)
class Period:
    """Hours from `begins` to before `ends`."""

    begins: int
    ends: int

    def origins(self, *, longest: int) -> Array:
        """Hours at which a forecast can be made and verified inside the period: one hour before, `longest` after."""
        return np.arange(self.begins + 1, self.ends - longest)


@dataclass(frozen=True, slots=True)
class Split:
    """Train, then calibrate the intervals, then test."""

    train: Period
    calibration: Period
    test: Period


def split(hours: int, config: SplitConfig) -> Split:
    """The periods of an archive. Raises `ValueError` where it is too short for them."""
    test = Period(hours - config.test_hours, hours)
    calibration_ends = test.begins - config.gap_hours
    calibration = Period(calibration_ends - config.calibration_hours, calibration_ends)
    train = Period(0, calibration.begins - config.gap_hours)
    if train.ends < config.calibration_hours:
        raise ValueError(f"{hours} hours are too few for these periods")
    return Split(train, calibration, test)
