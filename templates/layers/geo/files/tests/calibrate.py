"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`, a few minutes; commit the result with the change that made it needed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from bounds import keep

from {{ cookiecutter.package }} import assess, config, monitor, world
from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.train import Prepared, prepare, train

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = range(1, 33)
WIDTH = 3.5
"""Bounds are the mean plus and minus this many standard deviations: a test that fails for one seed in two thousand."""


def main() -> None:
    """Train on one small world a seed and write what was found."""
    settings = config.load(PROJECT / "conf", world={"size": "small"})
    rows: list[dict[str, float]] = []
    for seed in SEEDS:
        rows.append(measure(settings.model_copy(update={"seed": seed})))
        print(seed, {name: round(value, 3) for name, value in rows[-1].items()}, flush=True)
    keep(rows, width=WIDTH)


def measure(settings: Config) -> dict[str, float]:
    """All figures of one seed."""
    made = world.make(world.SIZES["small"], seed=settings.seed)
    tables = Tables(made.maps, made.wells, made.proposals, made.truth)
    prepared = prepare(tables, settings)
    model, found = judged(prepared, tables, settings)
    truth, wells = found.truth, found.held_out
    other_folds = settings.model_copy(update={"seed": settings.seed + 1_000})
    _, again = judged(prepare(tables, other_folds), tables, other_folds)
    _, nonsense = judged(shuffled(prepared, seed=settings.seed), tables, settings)
    windows = found.windows
    return {
        "median_error": truth["model"].median_error,
        "error_saving_over_kriging": 1 - truth["model"].median_error / truth["kriging"].median_error,
        "coverage": truth["model"].coverage,
        "coverage_good": truth["model"].coverage_good,
        "coverage_poor": truth["model"].coverage_poor,
        "blind_coverage_poor": truth["blind"].coverage_poor,
        "log_width_poor_to_good": float(np.log(truth["model"].width_poor) / np.log(truth["model"].width_good)),
        "regret_saving_over_kriging": 1 - truth["model"].regret_meur / truth["kriging"].regret_meur,
        "regret_poor_saving_over_blind": 1 - truth["model"].regret_poor_meur / truth["blind"].regret_poor_meur,
        "held_out_to_true_error": wells["model"].median_error / truth["model"].median_error,
        "optimism": found.optimism,
        "coverage_by_folds": again.truth["model"].coverage - truth["model"].coverage,
        "direction": direction(model, prepared),
        "shuffled_error": nonsense.held_out["model"].median_error,
        "below_the_bar": float(len(found.shortfalls)),
        "quiet_input_z": max(max(map(abs, window.inputs.values())) for window in windows),
        "quiet_bias_z": max(abs(window.bias) for window in windows),
        "quiet_miss_z": max(window.misses for window in windows),
    }


def judged(prepared: Prepared, tables: Tables, settings: Config) -> tuple[Model, Assessment]:
    """A model and its assessment."""
    model, held_out = train(prepared, settings, version="calibration")
    normal = monitor.describe(prepared.sites, settings)
    found, _ = assess.assess(model, held_out, prepared, tables, normal, settings)
    return model, found


def shuffled(prepared: Prepared, *, seed: int) -> Prepared:
    """The same wells with each other's recovery: nothing is left to learn."""
    return replace(prepared, log_eur=np.random.default_rng(seed).permutation(prepared.log_eur))


def direction(model: Model, prepared: Prepared) -> float:
    """The least share, over the mapped features, of wells whose prediction rises from the feature's low to its high."""
    found = []
    for place, feature in enumerate(FEATURES[:4]):
        low, high = np.quantile(prepared.sites.column(feature.name), [0.1, 0.9])
        ends = []
        for value in (low, high):
            values = prepared.sites.values.copy()
            values[:, place] = value
            ends.append(model.regressor.mean(replace(prepared.sites, values=values)))
        found.append(float((feature.direction * (ends[1] - ends[0]) > 0).mean()))
    return min(found)


if __name__ == "__main__":
    main()
