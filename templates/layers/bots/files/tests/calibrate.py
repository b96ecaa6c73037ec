"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`, some minutes; commit the result with the change that made it needed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bounds import keep

from {{ cookiecutter.package }} import config, world
from {{ cookiecutter.package }}.assess import assess, watch
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import evaluate
from {{ cookiecutter.package }}.train import Prepared, prepare, reference, train
from {{ cookiecutter.package }}.world import Size

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
    prepared = prepare(world.make(world.SIZES["small"], seed=settings.seed).tables(), settings)
    model = train(prepared, settings, version="calibration")
    found = assess(model, prepared, reference(prepared, model, settings), settings)
    if found.model_truth is None or found.baseline_truth is None:
        raise ValueError("a made world knows the truth")
    other = train(prepared, settings.model_copy(update={"seed": settings.seed + 100}), version="calibration")
    windows = prepared.test.windows
    again = evaluate(other.ensemble.score(windows), np.zeros(len(windows), dtype=bool), _bots(prepared))
    quiet = prepare(world.make(Size(accounts=2_400), seed=1_000 + settings.seed, drift=False).tables(), settings)
    watched = watch(model, quiet, reference(quiet, model, settings), settings)
    truth = found.model_truth
    return {
        "auc": truth.auc,
        "auc_over_baseline": truth.auc - found.baseline_truth.auc,
        "average_precision": truth.average_precision,
        "recall": truth.recall,
        "false_per_10000": truth.false_per_10000,
        "calibration_error": found.calibration_error,
        "observed_minus_true_recall": found.model.recall - truth.recall,
        "auc_by_model_seed": again.auc - truth.auc,
        "below_the_bar": float(len(found.shortfalls)),
        "quiet_psi": max(max(window.psi.values()) for window in watched),
        "quiet_watch_z": max(abs(window.watch_z) for window in watched),
    }


def _bots(prepared: Prepared) -> np.ndarray:
    found = prepared.bots(prepared.test.windows.account)
    if found is None:
        raise ValueError("a made world knows the truth")
    return found


if __name__ == "__main__":
    main()
