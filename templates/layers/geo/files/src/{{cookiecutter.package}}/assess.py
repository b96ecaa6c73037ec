"""The model against kriging and a model blind to data quality, on held-out blocks and by the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }} import caution, interval, kriging
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics, covered, evaluate, shortfalls
from {{ cookiecutter.package }}.features import Sites, compute
from {{ cookiecutter.package }}.grid import Grid
from {{ cookiecutter.package }}.model import Model, Prediction
from {{ cookiecutter.package }}.monitor import Reference, Window, measure
from {{ cookiecutter.package }}.policy import decide
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.split import random_folds
from {{ cookiecutter.package }}.train import HeldOut, Prepared, cross_validate, nearest_km


@dataclass(frozen=True, slots=True)
class Surface:
    """Every cell of the maps today: what is predicted there, what is advised, and in a made world what is true."""

    sites: Sites
    predicted: Prediction
    kriged: Prediction
    actions: Array
    flagged: Array
    log_eur: Array | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Metrics by contender (model, kriging, blind), on held-out wells and by the truth, and what misses the bar.

    `optimism` is by how much folds that ignore the ground would understate the median error.
    """

    held_out: dict[str, Metrics]
    truth: dict[str, Metrics]
    optimism: float
    windows: list[Window]
    shortfalls: list[str]


def assess(
    model: Model, held_out: HeldOut, prepared: Prepared, tables: Tables, normal: Reference, config: Config
) -> tuple[Assessment, Surface]:
    """The whole judgement. The bar is on held-out wells only, as in production; the truth checks the judge."""
    scattered = random_folds(len(prepared.log_eur), config.split, seed=config.seed)
    flattering = cross_validate(prepared, scattered, model.regressor, config)
    found = on_wells(model, held_out, prepared, config)
    surface = survey(model, prepared, config, truth=tables.truth)
    return Assessment(
        held_out=found,
        truth=on_surface(surface, held_out, prepared, config),
        optimism=_median_error(held_out, prepared) / _median_error(flattering, prepared),
        windows=list(watch(model, prepared, tables, normal, config)),
        shortfalls=shortfalls(found["model"], found["kriging"], config),
    ), surface


def out_of_fold(held_out: HeldOut, prepared: Prepared, config: Config) -> Prediction:
    """Predictions of held-out wells with intervals calibrated on the other folds only."""
    error, half = prepared.log_eur - held_out.mean, np.empty(len(prepared.log_eur))
    for one in np.unique(held_out.fold):
        own = held_out.fold == one
        quality = prepared.sites.quality
        factors = interval.calibrate(error[~own], held_out.scale[~own], quality[~own], config.interval)
        half[own] = factors.at(quality[own]) * held_out.scale[own]
    return Prediction(held_out.mean, held_out.mean - half, held_out.mean + half, held_out.scale)


def on_wells(model: Model, held_out: HeldOut, prepared: Prepared, config: Config) -> dict[str, Metrics]:
    """Metrics of every contender over held-out wells: what a company can know."""
    predicted = out_of_fold(held_out, prepared, config)
    flagged = np.zeros(len(held_out.mean), dtype=bool)
    for one, ranges in enumerate(held_out.ranges):
        own = np.flatnonzero(held_out.fold == one)
        sites, nearest = prepared.sites.rows(own), held_out.nearest_km[own]
        raised = caution.flags(model, sites, predicted.rows(own), nearest, ranges, config.caution)
        flagged[own] = np.logical_or.reduce(list(raised.values()))
    level, seed = config.interval.level, config.seed
    kriged = kriging.cross_validate(prepared.sites, prepared.log_eur, prepared.folds, level=level, seed=seed)
    blind = _blind(held_out.mean, held_out, prepared, config)
    contenders = {
        "model": (predicted, decide(predicted, flagged, config.economy, level=level)),
        "kriging": (kriged, _unflagged(kriged, config)),
        "blind": (blind, _unflagged(blind, config)),
    }
    return {
        name: evaluate(found, prepared.log_eur, prepared.sites.quality, actions, config)
        for name, (found, actions) in contenders.items()
    }


def reliability(held_out: HeldOut, prepared: Prepared, config: Config, levels: Array) -> tuple[Array, Array]:
    """The share of held-out wells inside intervals of each level, where data is good and where it is poor."""
    poor = interval.is_poor(prepared.sites.quality, config.interval.poor_quality)
    found = []
    for level in levels.tolist():
        other = config.model_copy(update={"interval": config.interval.model_copy(update={"level": level})})
        held = covered(out_of_fold(held_out, prepared, other), prepared.log_eur)
        found.append((held[~poor].mean(), held[poor].mean()))
    good, poorer = np.array(found).T
    return good, poorer


def survey(model: Model, prepared: Prepared, config: Config, *, truth: Grid | None) -> Surface:
    """Predictions and advice for every cell of the maps."""
    east, north = prepared.maps.centres()
    now = np.full(len(east), prepared.wells["drilled_at"].max() + 1)
    sites = compute(prepared.maps, prepared.wells, id=np.arange(len(east)), east_km=east, north_km=north, at=now)
    predicted = model.predict(sites)
    raised = caution.flags(
        model, sites, predicted, nearest_km(sites, prepared.known), caution.ranges(prepared.sites), config.caution
    )
    flagged = np.logical_or.reduce(list(raised.values()))
    baseline = kriging.fit(prepared.sites, prepared.log_eur, seed=config.seed)
    return Surface(
        sites=sites,
        predicted=predicted,
        kriged=kriging.predict(baseline, sites, level=config.interval.level),
        actions=decide(predicted, flagged, config.economy, level=config.interval.level),
        flagged=flagged,
        log_eur=None if truth is None else np.log(truth.layers["eur_kbbl"].ravel()),
    )


def on_surface(surface: Surface, held_out: HeldOut, prepared: Prepared, config: Config) -> dict[str, Metrics]:
    """Metrics of every contender over all cells; empty where no truth is known."""
    if surface.log_eur is None:
        return {}
    contenders = {
        "model": (surface.predicted, surface.actions),
        "kriging": (surface.kriged, _unflagged(surface.kriged, config)),
    }
    blind = _blind(surface.predicted.mean, held_out, prepared, config)
    contenders["blind"] = (blind, _unflagged(blind, config))
    return {
        name: evaluate(predicted, surface.log_eur, surface.sites.quality, actions, config)
        for name, (predicted, actions) in contenders.items()
    }


def watch(model: Model, prepared: Prepared, tables: Tables, normal: Reference, config: Config) -> list[Window]:
    """What the monitor measures on the proposals since training."""
    asked = tables.proposals
    sites = compute(
        prepared.maps, prepared.wells, id=asked["proposal"], east_km=asked["east_km"], north_km=asked["north_km"],
        at=asked["asked_at"],
    )  # fmt: skip
    return list(measure(normal, sites, model.predict(sites), np.log(asked["eur_kbbl"]), config))


def _blind(mean: Array, held_out: HeldOut, prepared: Prepared, config: Config) -> Prediction:
    """The black box that nobody would drill on: the same predictions with one width everywhere, and no flags."""
    error = np.abs(prepared.log_eur - held_out.mean)
    half = np.full(len(mean), interval.conformal_quantile(error, config.interval.level))
    return Prediction(mean, mean - half, mean + half, half)


def _unflagged(predicted: Prediction, config: Config) -> Array:
    none = np.zeros(len(predicted.mean), dtype=bool)
    return decide(predicted, none, config.economy, level=config.interval.level)


def _median_error(held_out: HeldOut, prepared: Prepared) -> float:
    return float(np.median(np.abs(np.expm1(held_out.mean - prepared.log_eur))))
