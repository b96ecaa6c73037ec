"""Time split with label delay: what could really have been known on the day the model was deployed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import SplitConfig
from {{ cookiecutter.package }}.population import DAY


@dataclass(frozen=True, slots=True)
class Labels:
    """One entry a payment. Only where `known` is `fraud` (0 or 1) a label; `weight` is 1 / propensity of approval."""

    fraud: Array
    known: Array
    weight: Array


@dataclass(frozen=True, slots=True)
class Split:
    """Masks over all payments, and the moment of deployment (seconds). The gap before it has no labels yet."""

    train: Array
    calibration: Array
    gap: Array
    test: Array
    deployed_at: int


def split(paid_at: Array, config: SplitConfig, *, today: int) -> Split:
    """Train, then calibrate, then wait for the labels, then test. Times in seconds; `today` is the end of the data.

    Raises `ValueError` where the data is too short for the periods.
    """
    delay = config.label_delay_days * DAY
    test_end = today - delay
    deployed_at = test_end - config.test_days * DAY
    mature = deployed_at - delay
    train_end = mature - config.calibration_days * DAY
    if train_end <= paid_at.min():
        raise ValueError(f"{(today - paid_at.min()) / DAY:.0f} days of payments are too few for these periods")
    return Split(
        train=paid_at < train_end,
        calibration=(paid_at >= train_end) & (paid_at < mature),
        gap=(paid_at >= mature) & (paid_at < deployed_at),
        test=(paid_at >= deployed_at) & (paid_at < test_end),
        deployed_at=deployed_at,
    )


def labels(payments: Columns, decisions: Columns, chargebacks: Columns, config: SplitConfig, *, as_of: int) -> Labels:
    """The labels as they stood at `as_of` (seconds): only of approved payments old enough to have been disputed."""
    mature = payments["paid_at"] < as_of - config.label_delay_days * DAY
    reported = chargebacks["payment"][chargebacks["reported_at"] < as_of]
    return Labels(
        fraud=np.isin(payments["payment"], reported).astype(np.int64),
        known=mature & (decisions["approved"] == 1),
        weight=1.0 / decisions["propensity"],
    )
