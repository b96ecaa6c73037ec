"""Time split with label delay: what could have been known on the day the model was deployed."""

from __future__ import annotations

from dataclasses import dataclass

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import SplitConfig


@dataclass(frozen=True, slots=True)
class Split:
    """Masks over all orders, and the day of deployment. Orders of the gap before it may still be under way."""

    train: Array
    test: Array
    deployed_on: int


def split(placed_on: Array, config: SplitConfig) -> Split:
    """Train, wait for the labels, test. Raises `ValueError` where the data is too short for the periods."""
    test_end = int(placed_on.max()) + 1 - config.label_delay_days
    deployed_on = test_end - config.test_days
    train_end = deployed_on - config.label_delay_days
    if train_end <= placed_on.min():
        raise ValueError(f"{int(placed_on.max() - placed_on.min())} days of orders are too few for these periods")
    return Split(placed_on < train_end, (placed_on >= deployed_on) & (placed_on < test_end), deployed_on)
