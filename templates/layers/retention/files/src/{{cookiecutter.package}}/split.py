"""Time split with label delay: what could really have been known on the day the model was deployed."""

from __future__ import annotations

from dataclasses import dataclass

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import SplitConfig, WindowsConfig
from {{ cookiecutter.package }}.population import DAY


@dataclass(frozen=True, slots=True)
class Split:
    """Masks over all users, and the moment of deployment (seconds). The gap before it has no labels yet."""

    train: Array
    calibration: Array
    gap: Array
    test: Array
    deployed_at: int


def label_delay(windows: WindowsConfig) -> int:
    """Seconds from the prediction until its outcome is known for certain."""
    return (windows.outcome_days + windows.grace_days) * DAY


def split(moment: Array, config: SplitConfig, windows: WindowsConfig, *, today: int) -> Split:
    """Train, then calibrate, then wait for the labels, then test, by the moment of prediction (seconds).

    Raises `ValueError` where the data is too short for the periods.
    """
    delay = label_delay(windows)
    test_end = today - delay
    deployed_at = test_end - config.test_days * DAY
    mature = deployed_at - delay
    train_end = mature - config.calibration_days * DAY
    if train_end <= moment.min():
        raise ValueError(f"{(today - moment.min()) / DAY:.0f} days of predictions are too few for these periods")
    return Split(
        train=moment < train_end,
        calibration=(moment >= train_end) & (moment < mature),
        gap=(moment >= mature) & (moment < deployed_at),
        test=(moment >= deployed_at) & (moment < test_end),
        deployed_at=deployed_at,
    )
