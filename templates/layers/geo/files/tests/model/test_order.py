"""The order digest: which wells the models see, in which order, with which recovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from {{ cookiecutter.package }}.columns import take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.train import Prepared, order_digest, prepare


def test_the_same_data_in_another_order_gives_the_same_digest(
    tables: Tables, prepared: Prepared, settings: Config
) -> None:
    order = np.random.default_rng(5).permutation(len(tables.wells["well"]))
    mixed = replace(tables, wells=take(tables.wells, order))
    assert order_digest(prepare(mixed, settings)) == order_digest(prepared)


def test_wells_are_seen_by_their_number(prepared: Prepared) -> None:
    assert (np.diff(prepared.sites.id) > 0).all()
    assert all((np.diff(fold.train) > 0).all() for fold in prepared.folds)


def test_another_recovery_changes_the_digest(tables: Tables, prepared: Prepared, settings: Config) -> None:
    eur = tables.wells["eur_kbbl"].copy()
    eur[0] += 0.01
    assert order_digest(prepare(replace(tables, wells={**tables.wells, "eur_kbbl": eur}), settings)) != order_digest(
        prepared
    )


def test_another_seed_changes_the_folds_and_nothing_else(tables: Tables, prepared: Prepared, settings: Config) -> None:
    other = prepare(tables, settings.model_copy(update={"seed": settings.seed + 1}))
    assert order_digest(other) != order_digest(prepared)
    assert np.array_equal(other.sites.id, prepared.sites.id)
    assert np.array_equal(other.log_eur, prepared.log_eur)


def test_a_later_age_of_labels_takes_just_the_younger_wells_away(
    tables: Tables, prepared: Prepared, settings: Config
) -> None:
    older = settings.model_copy(update={"split": settings.split.model_copy(update={"min_months": 60})})
    other = prepare(tables, older)
    gone = np.setdiff1d(prepared.sites.id, other.sites.id)
    months = dict(zip(tables.wells["well"].tolist(), tables.wells["months_produced"].tolist(), strict=True))
    assert len(gone) > 10
    assert all(24 <= months[well] < 60 for well in gone.tolist())
