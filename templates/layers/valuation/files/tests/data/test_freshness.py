"""Inputs are as fresh as the day allows: the newest index, and every sale registered by then."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.train import Prepared


def test_the_index_is_the_newest_one_published(tables: dict[str, Columns], prepared: Prepared) -> None:
    index, features = tables["market_index"], prepared.features
    for row in range(0, len(features.subject), 97):
        known = (index["town"] == features.town[row]) & (index["published_on"] <= features.at[row])
        newest = index["published_on"][known].argmax()
        assert features.column("log_index")[row] == np.log(index["eur_per_m2"][known][newest])


def test_no_index_in_use_is_older_than_the_contract_allows(prepared: Prepared, settings: Config) -> None:
    assert prepared.features.index_age_days.max() <= settings.serving.max_index_age_days


def test_every_sale_registered_nearby_counts(tables: dict[str, Columns], prepared: Prepared, settings: Config) -> None:
    """The count in SQL against the same count by hand, for some homes."""
    deeds, homes, cell = tables["deeds"], tables["properties"], settings.neighbourhood.cell_m
    place = {int(home): position for position, home in enumerate(homes["property"])}
    at = np.array([place[int(home)] for home in deeds["property"]])
    east, north = (np.floor(homes[name][at] / cell) for name in ("x_m", "y_m"))
    plausible = np.isin(deeds["deed"], prepared.features.subject[prepared.plausible])
    for row in range(3_000, len(prepared.features.subject), 499):
        own = int(np.flatnonzero(deeds["deed"] == prepared.features.subject[row])[0])
        day = prepared.features.at[row]
        recent = (deeds["registered_on"] < day) & (deeds["registered_on"] >= day - settings.neighbourhood.evidence_days)
        near = (east == east[own]) & (north == north[own]) & (homes["town"][at] == homes["town"][at[own]])
        assert prepared.features.near_sales[row] == (near & recent & plausible).sum()
