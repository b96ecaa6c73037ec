"""Is it worth drilling for data? The learning curve so far, and the chance that more wells reach the target."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }}.columns import Array, take
from {{ cookiecutter.package }}.config import Config, EffortConfig
from {{ cookiecutter.package }}.model import Regressor
from {{ cookiecutter.package }}.split import blocks, folds
from {{ cookiecutter.package }}.train import Prepared, cross_validate

SHARES = (0.4, 0.55, 0.7, 0.85, 1.0)
"""Which parts of the wells, the first drilled first, the curve is measured at."""

_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Curve:
    """Median error on held-out blocks by number of wells; `draws` (rows) are the same with other blocks by chance."""

    wells: Array
    error: Array
    draws: Array


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `more_wells` would bring: the expected error, the chance to reach the target, and whether to go on."""

    target: float
    more_wells: int
    expected: float
    chance: float
    go_on: bool


def learning_curve(prepared: Prepared, whole: Regressor, config: Config) -> Curve:
    """The curve as it would have been measured when fewer wells had been drilled."""
    order = np.argsort(prepared.sites.at, kind="stable")
    counts = [round(share * len(order)) for share in SHARES]
    rng = np.random.default_rng(config.seed)
    found, draws = [], []
    for count in counts:
        errors, block = _errors(prepared, np.sort(order[:count]), whole, config)
        found.append(float(np.median(errors)))
        members = [np.flatnonzero(block == one) for one in np.unique(block)]
        drawn = [rng.integers(len(members), size=len(members)) for _ in range(_DRAWS)]
        draws.append([float(np.median(errors[np.concatenate([members[one] for one in some])])) for some in drawn])
    return Curve(np.array(counts), np.array(found), np.array(draws).T)


def forecast(curve: Curve, config: EffortConfig) -> Forecast:
    """The curve continued: error = floor + gain / wells, neither below zero, for each of its draws."""
    at = int(curve.wells[-1]) + config.more_wells
    ends = np.array([_continued(curve.wells, errors, at) for errors in curve.draws])
    chance = float((ends <= config.target_median_error).mean())
    expected = _continued(curve.wells, curve.error, at)
    return Forecast(config.target_median_error, config.more_wells, expected, chance, chance >= config.min_chance)


def _errors(prepared: Prepared, rows: Array, whole: Regressor, config: Config) -> tuple[Array, Array]:
    """Relative errors of these wells when each is judged without its block, and their blocks."""
    known = take(prepared.known, rows)
    east, north = known["east_km"], known["north_km"]
    chosen = tuple(folds(east, north, config.split, seed=config.seed))
    part = replace(prepared, known=known, sites=prepared.sites.rows(rows), log_eur=prepared.log_eur[rows], folds=chosen)
    held_out = cross_validate(part, chosen, whole, config)
    return np.abs(np.expm1(held_out.mean - part.log_eur)), blocks(east, north, config.split)


def _continued(wells: Array, error: Array, at: int) -> float:
    gain = max(0.0, float(np.polyfit(1 / wells, error, 1)[0]))
    floor = max(0.0, float((error - gain / wells).mean()))
    return floor + gain / at
