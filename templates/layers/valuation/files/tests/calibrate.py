"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`, some minutes; commit the result with the change that made it needed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from bounds import keep

from {{ cookiecutter.package }} import assess, config, evaluate, world
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared, prepare, reference, train

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = range(1, 33)
WIDTH = 4.0
"""Bounds are the mean plus and minus this many standard deviations: a test that fails once in ten thousand seeds."""


def main() -> None:
    """Train on one small world a seed, watch other sales of the same market, and write what was found."""
    settings = config.load(PROJECT / "conf", world={"size": "small"})
    rows: list[dict[str, float]] = []
    for seed in SEEDS:
        rows.append(measure(settings.model_copy(update={"seed": seed})))
        print(seed, {name: round(value, 3) for name, value in rows[-1].items()}, flush=True)
    keep(rows, width=WIDTH)


def measure(settings: Config) -> dict[str, float]:
    """All figures of one seed, at the newest origin."""
    size = world.SIZES["small"]
    prepared = prepare(world.make(size, seed=settings.seed), settings)
    origin = prepared.origins[-1]
    trained = train(prepared, origin, settings, version="calibration")
    found = assess.trial(trained.model, prepared, origin, settings)
    other = train(prepared, origin, settings.model_copy(update={"seed": settings.seed + 1}), version="calibration")
    again = assess.trial(other.model, prepared, origin, settings)
    mixed = assess.trial(shuffled(prepared, origin, settings), prepared, origin, settings)
    quiet = prepare(world.make(size, seed=settings.seed, draw=1), settings)
    normal = reference(prepared, origin, trained.model, settings)
    windows = assess.watch(trained.model, quiet, normal, settings)
    return {
        "mdape": found.model.mdape,
        "within_10": found.model.within_10,
        "bias": found.model.bias,
        "gain_over_legacy": 1 - found.model.mdape / found.legacy.mdape,
        "mdape_over_trees": found.model.mdape - found.trees.mdape,
        "coverage": found.coverage.overall,
        "coverage_few_sales": found.coverage.few_sales,
        "mdape_by_model_seed": again.model.mdape - found.model.mdape,
        "shuffled_mdape": mixed.model.mdape,
        "first_loss": trained.fitted.losses[0],
        "larger_is_dearer": direction(trained.model, prepared, origin.test, "log_area", np.log(1.1)),
        "better_is_dearer": direction(trained.model, prepared, origin.test, "condition", 1.0),
        "farther_is_cheaper": direction(trained.model, prepared, by_a_lake(prepared, origin), "log_lake", 1.5, sign=-1),
        "below_the_bar": float(len(evaluate.shortfalls(found.model, found.legacy, found.coverage, settings.quality))),
        "quiet_psi": max(max(window.psi.values()) for window in windows),
        "quiet_bias_z": max(abs(window.bias_z) for window in windows),
        "quiet_implausible": max(window.implausible for window in windows),
    }


def shuffled(prepared: Prepared, origin: Origin, settings: Config) -> Model:
    """A model of prices that were shuffled between homes: what is left when there is nothing to learn."""
    price = prepared.price_eur.copy()
    known = np.r_[origin.train, origin.calibration]
    price[known] = np.random.default_rng(settings.seed).permutation(price[known])
    return train(replace(prepared, price_eur=price), origin, settings, version="shuffled").model


def direction(model: Model, prepared: Prepared, rows: Array, name: str, step: float, *, sign: int = 1) -> float:
    """The share of homes whose value moves the way `sign` says when one input grows by a step."""
    values = prepared.features.values[rows]
    moved = values.copy()
    moved[:, NAMES.index(name)] += step
    change = model.predict(moved).expected - model.predict(values).expected
    if name == "log_area":
        change += step  # The base of a value is area times index.
    return float((sign * change > 0).mean())


def by_a_lake(prepared: Prepared, origin: Origin) -> Array:
    """Sales of the test year less than three hundred metres from a shore."""
    return origin.test[prepared.features.column("log_lake")[origin.test] < np.log(300)]


if __name__ == "__main__":
    main()
