"""Features of an order, computed by one function for training and serving from what is known when it is placed."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns

NAMES = (
    "log_distance",
    "log_weight",
    "weight_unknown",
    "promised_days",
    "open_orders",
    "carrier_post",
    "carrier_courier",
)


def compute(orders: Columns) -> Array:
    """One row of `NAMES` an order; a weight that nobody noted is taken as 2 kg and marked."""
    unknown = np.isnan(orders["weight_kg"].astype(np.float64))
    weight = np.where(unknown, 2.0, orders["weight_kg"])
    return np.column_stack(
        [
            np.log(orders["distance_km"].astype(np.float64)),
            np.log(weight),
            unknown,
            orders["promised_days"],
            orders["open_orders"],
            orders["carrier"] == "post",
            orders["carrier"] == "courier",
        ]
    ).astype(np.float64)
