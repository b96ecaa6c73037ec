"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`, some minutes; commit the result with the change that made it needed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from bounds import keep

from {{ cookiecutter.package }} import config, evaluate, plan, world
from {{ cookiecutter.package }}.assess import compare, judge, try_out, watch
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.population import Size
from {{ cookiecutter.package }}.train import UNKNOWN, Prepared, prepare, reference, train

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = range(1, 33)
WIDTH = 4.0
"""Bounds are the mean plus and minus this many standard deviations: a test that fails once in ten thousand seeds."""


def main() -> None:
    """Train on one small world a seed, watch one quiet world a seed, and write what was found."""
    settings = config.load(PROJECT / "conf", world={"size": "small"})
    planned = plan.load(PROJECT / "data" / "logging_plan.yaml")
    rows: list[dict[str, float]] = []
    for seed in SEEDS:
        rows.append(measure(settings.model_copy(update={"seed": seed}), planned))
        print(seed, {name: round(value, 3) for name, value in rows[-1].items()}, flush=True)
    keep(rows, width=WIDTH)


def measure(settings: Config, planned: Plan) -> dict[str, float]:
    """All figures of one seed."""
    share = settings.experiment.reminder_share
    made = world.make(world.SIZES["small"], seed=settings.seed, reminder_share=share)
    prepared = prepare(made.tables(), settings, planned)
    model = train(prepared, settings, version="calibration")
    found, simple = compare(judge(model, prepared))
    trial = try_out(model, prepared, settings, truth=made.truth)
    other = train(prepared, settings.model_copy(update={"seed": settings.seed + 1}), version="calibration")
    again, _ = compare(judge(other, prepared))
    still = world.make(Size(users=3_000, days=80), seed=1_000 + settings.seed, reminder_share=share, drift=False)
    quiet = prepare(still.tables(), settings, planned)
    drifting = watch(model, prepared, reference(prepared, model, settings), settings)
    windows = watch(model, quiet, reference(quiet, model, settings), settings)
    return {
        "auc": found.auc,
        "auc_over_cohort_rate": found.auc - simple.auc,
        "skill": found.skill,
        "log_loss": found.log_loss,
        "calibration_error": found.calibration_error,
        "adjusted_z": (trial.adjusted.estimate - (trial.true or 0.0)) / trial.adjusted.error,
        "interval_saving": trial.interval_saving,
        "auc_by_model_seed": again.auc - found.auc,
        "shuffled_auc": shuffled(prepared, settings),
        "below_the_bar": float(len(evaluate.shortfalls(found, trial.interval_saving, settings.quality))),
        "quiet_psi": max(max(window.psi.values()) for window in windows),
        "quiet_return_z": max(abs(window.return_z) for window in windows),
        "drift_psi": max(window.psi["from_advert"] for window in drifting),
    }


def shuffled(prepared: Prepared, settings: Config) -> float:
    """AUC of a model whose labels were shuffled: what is left when there is nothing to learn."""
    known = np.flatnonzero(prepared.labels_then != UNKNOWN)
    labels = prepared.labels_then.copy()
    labels[known] = np.random.default_rng(settings.seed).permutation(labels[known])
    model = train(replace(prepared, labels_then=labels), settings, version="shuffled")
    return compare(judge(model, prepared))[0].auc


if __name__ == "__main__":
    main()
