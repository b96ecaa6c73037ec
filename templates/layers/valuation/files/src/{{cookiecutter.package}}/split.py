"""Rolling origins: what could have been known on each day of deployment, and the year that followed it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import SplitConfig


@dataclass(frozen=True, slots=True)
class Origin:
    """Positions of the sales to fit, to calibrate and to test on, each in order of time; the day of deployment."""

    train: Array
    calibration: Array
    test: Array
    deployed_on: int


def origins(valued_on: Array, registered_on: Array, plausible: Array, config: SplitConfig) -> list[Origin]:
    """One origin after the other, the newest last. A sale is known from its registration, not from its day.

    Raises `ValueError` where the data is too short for the periods.
    """
    end = int(valued_on.max()) + 1
    found = []
    for back in range(config.origins, 0, -1):
        deployed = end - back * config.test_days
        calibrated = deployed - config.calibration_days
        if calibrated - valued_on.min() < config.min_training_days:
            raise ValueError(f"{(end - valued_on.min()) / 365.25:.1f} years of sales are too few for these periods")
        after = (valued_on >= deployed) & (valued_on < deployed + config.test_days)
        found.append(
            Origin(
                train=np.flatnonzero(plausible & (registered_on < calibrated)),
                calibration=np.flatnonzero(plausible & (registered_on >= calibrated) & (registered_on < deployed)),
                test=np.flatnonzero(plausible & after),
                deployed_on=deployed,
            )
        )
    return found
