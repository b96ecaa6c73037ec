"""Training: sites of mature wells, blocked folds that measure errors, and a model of all wells with that width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import caution, interval
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import Sites, compute
from {{ cookiecutter.package }}.grid import Grid
from {{ cookiecutter.package }}.model import Model, Regressor
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.split import Fold, folds, mature


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything training needs: the maps, all wells, and of the mature ones sites, log recovery and folds."""

    maps: Grid
    wells: Columns
    known: Columns
    sites: Sites
    log_eur: Array
    folds: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models that had not seen a well or its block said of it: one entry a mature well.

    `nearest_km` is the distance to the nearest well that model knew, `ranges` those of its features, by fold.
    """

    mean: Array
    scale: Array
    nearest_km: Array
    fold: Array
    ranges: tuple[dict[str, list[float]], ...]


def prepare(tables: Tables, config: Config) -> Prepared:
    """Sites of the wells whose recovery is known, by number of the well, and their folds."""
    wells = take(tables.wells, np.argsort(tables.wells["well"], kind="stable"))
    known = take(wells, mature(wells["months_produced"], config.split))
    sites = compute(
        tables.maps, wells, id=known["well"], east_km=known["east_km"], north_km=known["north_km"],
        at=known["drilled_at"],
    )  # fmt: skip
    chosen = tuple(folds(known["east_km"], known["north_km"], config.split, seed=config.seed))
    return Prepared(tables.maps, wells, known, sites, np.log(known["eur_kbbl"]), chosen)


def train(prepared: Prepared, config: Config, *, version: str) -> tuple[Model, HeldOut]:
    """A model of all mature wells, and the errors on held-out blocks that its intervals were calibrated by."""
    regressor = fit(prepared, config)
    held_out = cross_validate(prepared, prepared.folds, regressor, config)
    factors = interval.calibrate(
        prepared.log_eur - held_out.mean, held_out.scale, prepared.sites.quality, config.interval
    )
    return Model(regressor, factors, version, config.digest()), held_out


def fit(prepared: Prepared, config: Config) -> Regressor:
    """A regressor of all mature wells."""
    return models.fit(prepared.sites, prepared.log_eur, steps=config.model.steps)


def cross_validate(prepared: Prepared, chosen: Iterable[Fold], whole: Regressor, config: Config) -> HeldOut:
    """Fit on each fold's other wells and predict its own. The search starts where `whole` ended, which saves steps."""
    count = len(prepared.log_eur)
    mean, scale, nearest, number = np.empty(count), np.empty(count), np.empty(count), np.empty(count, dtype=np.int64)
    seen: list[dict[str, list[float]]] = []
    for one, fold in enumerate(chosen):
        train_sites, held_out = prepared.sites.rows(fold.train), prepared.sites.rows(fold.held_out)
        regressor = models.fit(
            train_sites, prepared.log_eur[fold.train], steps=config.model.fold_steps,
            start=whole.process.theta,
        )  # fmt: skip
        mean[fold.held_out], scale[fold.held_out] = regressor.mean(held_out), regressor.scale(held_out)
        nearest[fold.held_out] = nearest_km(held_out, take(prepared.known, fold.train))
        number[fold.held_out] = one
        seen.append(caution.ranges(train_sites))
    return HeldOut(mean, scale, nearest, number, tuple(seen))


def nearest_km(sites: Sites, wells: Columns) -> Array:
    """Kilometres from each site to the nearest of the wells."""
    found = np.empty(len(sites.id))
    for begin in range(0, len(found), 4_096):
        part = slice(begin, begin + 4_096)
        east = sites.east_km[part, None] - wells["east_km"][None, :]
        north = sites.north_km[part, None] - wells["north_km"][None, :]
        found[part] = np.hypot(east, north).min(axis=1)
    return found


def order_digest(prepared: Prepared) -> str:
    """SHA-256 of the wells in the order in which each fold's model, then the whole, sees them, with their recovery."""
    seen = [prepared.sites.id[fold.train].tolist() for fold in prepared.folds]
    return digest([*seen, prepared.sites.id.tolist(), prepared.log_eur.tolist()])
