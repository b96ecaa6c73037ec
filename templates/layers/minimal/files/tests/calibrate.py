"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`; commit the result with the change that made it needed.
"""

from __future__ import annotations

from pathlib import Path

from bounds import keep

from {{ cookiecutter.package }} import config, train, world

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = range(1, 41)
WIDTH = 4.0
"""Bounds are the mean plus and minus this many standard deviations."""


def main() -> None:
    """Train on one world a seed and write what was found."""
    settings = config.load(PROJECT / "conf")
    rows: list[dict[str, float]] = []
    for seed in SEEDS:
        prepared = train.prepare(world.make(settings.world, seed=seed), settings)
        metrics, baseline = train.assess(train.train(prepared, settings, version="calibration"), prepared)
        rows.append({**metrics.plain(), "pr_auc_over_baseline": metrics.pr_auc - baseline.pr_auc})
    print(keep(rows, width=WIDTH))


if __name__ == "__main__":
    main()
