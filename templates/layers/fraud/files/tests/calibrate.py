"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`, some minutes; commit the result with the change that made it needed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from bounds import keep

from {{ cookiecutter.package }} import config, evaluate, world
from {{ cookiecutter.package }}.assess import compare, judge, watch
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.population import Size
from {{ cookiecutter.package }}.train import Prepared, prepare, reference, train

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = range(1, 33)
WIDTH = 4.0
"""Bounds are the mean plus and minus this many standard deviations: a test that fails once in ten thousand seeds."""


def main() -> None:
    """Train on one small world a seed, watch one quiet world a seed, and write what was found."""
    settings = config.load(PROJECT / "conf", world={"size": "small"})
    rows: list[dict[str, float]] = []
    for seed in SEEDS:
        rows.append(measure(settings.model_copy(update={"seed": seed})))
        print(seed, {name: round(value, 3) for name, value in rows[-1].items()}, flush=True)
    keep(rows, width=WIDTH)


def measure(settings: Config) -> dict[str, float]:
    """All figures of one seed."""
    made = world.make(world.SIZES["small"], seed=settings.seed, exploration=settings.exploration.share_of_blocked)
    prepared = prepare(made.tables(), settings)
    model = train(prepared, settings, version="calibration")
    found, rules = compare(judge(model, prepared, fraud=made.truth["fraud"]), settings)
    observed, observed_rules = compare(judge(model, prepared), settings)
    other = train(prepared, settings.model_copy(update={"seed": settings.seed + 1}), version="calibration")
    again, _ = compare(judge(other, prepared, fraud=made.truth["fraud"]), settings)
    still = world.make(Size(customers=1_500), seed=1_000 + settings.seed, exploration=0.1, drift=False)
    quiet = prepare(still.tables(), settings)
    windows = watch(model, quiet, reference(quiet, model, settings), settings)
    return {
        "pr_auc": found.pr_auc,
        "pr_auc_over_rules": found.pr_auc - rules.pr_auc,
        "blocked_good_per_1000": found.blocked_good_per_1000,
        "caught_euro_share": found.caught_euro_share,
        "calibration_error": found.calibration_error,
        "cost_saving_share": 1 - found.cost_eur_per_1000 / rules.cost_eur_per_1000,
        "observed_minus_true_pr_auc": observed.pr_auc - found.pr_auc,
        "pr_auc_by_model_seed": again.pr_auc - found.pr_auc,
        "shuffled_pr_auc": shuffled(prepared, settings),
        "below_the_bar": float(len(evaluate.shortfalls(observed, observed_rules, settings.quality))),
        "quiet_psi": max(max(window.psi.values()) for window in windows),
        "quiet_block_rate_z": max(abs(window.block_rate_z) for window in windows),
    }


def shuffled(prepared: Prepared, settings: Config) -> float:
    """PR-AUC of a model whose labels were shuffled: what is left when there is nothing to learn."""
    labels = prepared.labels_then
    rows = np.flatnonzero(labels.known)
    fraud = labels.fraud.copy()
    fraud[rows] = np.random.default_rng(settings.seed).permutation(fraud[rows])
    model = train(replace(prepared, labels_then=replace(labels, fraud=fraud)), settings, version="shuffled")
    return compare(judge(model, prepared), settings)[0].pr_auc


if __name__ == "__main__":
    main()
