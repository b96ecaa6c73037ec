"""The model's inputs: one registered list, computed by `sql/04_features.sql` for training and serving alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of the model. `calendar` marks those that move with time by themselves; no drift alarm watches them.

    `group` joins inputs that mean one thing to a valuer; explanations speak of groups.
    """

    name: str
    unit: str
    group: str
    meaning: str
    calendar: bool = False


FEATURES = (
    Feature("log_area", "log m²", "size", "living area"),
    Feature("rooms", "count", "size", "number of rooms"),
    Feature("area_per_room", "m²", "size", "area by room"),
    Feature("age_years", "years", "age", "age of the building"),
    Feature("condition", "1 to 5", "condition", "condition class"),
    Feature("log_lake", "log m", "lake", "distance to the nearest shore"),
    Feature("east_km", "km", "place", "east of the town's centre"),
    Feature("north_km", "km", "place", "north of the town's centre"),
    Feature("in_ekeby", "0 or 1", "place", "in Ekeby"),
    Feature("in_sundby", "0 or 1", "place", "in Sundby"),
    Feature("log_index", "log €/m²", "market", "the town's newest index", calendar=True),
    Feature("near_level", "log ratio", "neighbours", "prices of near sales against the index"),
    Feature("log_near_sales", "log count", "neighbours", "number of near sales in three years"),
)

NAMES = tuple(feature.name for feature in FEATURES)
GROUPS = tuple(dict.fromkeys(feature.group for feature in FEATURES))


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Homes in order of the day they are valued on: `values` has a column for each of `NAMES`.

    `base_eur` is area times index, the part of a value that needs no model. `near_sales` says how much is known nearby,
    `index_age_days` how old the newest index was on that day.
    """

    subject: Array
    at: Array
    town: Array
    base_eur: Array
    near_sales: Array
    index_age_days: Array
    values: Array

    def column(self, name: str) -> Array:
        """One input of all homes."""
        return np.asarray(self.values[:, NAMES.index(name)])

    def rows(self, chosen: Array) -> FeatureTable:
        """The homes chosen by a mask or by positions."""
        return FeatureTable(
            self.subject[chosen], self.at[chosen], self.town[chosen],
            self.base_eur[chosen], self.near_sales[chosen], self.index_age_days[chosen], self.values[chosen],
        )  # fmt: skip


def positions(group: str) -> list[int]:
    """The columns of a group."""
    return [number for number, feature in enumerate(FEATURES) if feature.group == group]
