"""No well is judged by its neighbour, and none is trained on before its recovery is known."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.split import Fold, blocks, folds, random_folds
from {{ cookiecutter.package }}.train import Prepared


def nearest_km(prepared: Prepared, fold: Fold) -> float:
    """The least distance between a held-out well and one that is trained on."""
    sites = prepared.sites
    east = sites.east_km[fold.held_out, None] - sites.east_km[None, fold.train]
    north = sites.north_km[fold.held_out, None] - sites.north_km[None, fold.train]
    return float(np.hypot(east, north).min())


def test_every_well_is_held_out_once(prepared: Prepared) -> None:
    held_out = np.concatenate([fold.held_out for fold in prepared.folds])
    assert sorted(held_out.tolist()) == list(range(len(prepared.sites.id)))


def test_no_well_is_judged_by_one_beside_it(prepared: Prepared, settings: Config) -> None:
    for fold in prepared.folds:
        assert not set(fold.train.tolist()) & set(fold.held_out.tolist())
        assert nearest_km(prepared, fold) >= settings.split.buffer_km


def test_a_block_is_never_divided(prepared: Prepared, settings: Config) -> None:
    block = blocks(prepared.sites.east_km, prepared.sites.north_km, settings.split)
    for fold in prepared.folds:
        assert not set(block[fold.train].tolist()) & set(block[fold.held_out].tolist())


def test_folds_are_of_like_size(prepared: Prepared) -> None:
    sizes = [len(fold.held_out) for fold in prepared.folds]
    assert max(sizes) <= 1.6 * min(sizes)


def test_random_folds_put_neighbours_on_both_sides(prepared: Prepared, settings: Config) -> None:
    careless = list(random_folds(len(prepared.sites.id), settings.split, seed=settings.seed))
    assert sorted(np.concatenate([fold.held_out for fold in careless]).tolist()) == list(range(len(prepared.sites.id)))
    assert max(nearest_km(prepared, fold) for fold in careless) < settings.split.buffer_km / 4


def test_no_well_younger_than_its_label_is_trained_on(tables: Tables, prepared: Prepared, settings: Config) -> None:
    trained = np.isin(tables.wells["well"], prepared.sites.id)
    assert tables.wells["months_produced"][trained].min() >= settings.split.min_months
    assert (tables.wells["months_produced"][~trained] < settings.split.min_months).all()
    assert (~trained).sum() > 10


def test_too_few_blocks_are_refused(settings: Config) -> None:
    beside = np.linspace(0.1, 0.9, 20)
    with pytest.raises(ValueError, match="too few for 6 folds"):
        list(folds(beside, beside, settings.split, seed=1))
