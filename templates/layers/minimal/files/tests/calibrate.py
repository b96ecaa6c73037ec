"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`; commit the result with the change that made it needed.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

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
    figures = {name: spread([row[name] for row in rows]) for name in rows[0]}
    text = json.dumps({"seeds": len(rows), "width": WIDTH, "figures": figures}, indent=1) + "\n"
    (PROJECT / "tests" / "tolerances.json").write_text(text, encoding="utf-8")
    print(text)


def spread(values: list[float]) -> dict[str, float]:
    """Mean, standard deviation, extremes and the bounds that the tests use."""
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1))
    return {
        "mean": round(mean, 5),
        "deviation": round(deviation, 5),
        "least": round(min(values), 5),
        "most": round(max(values), 5),
        "low": round(mean - WIDTH * deviation, 5),
        "high": round(mean + WIDTH * deviation, 5),
    }


if __name__ == "__main__":
    main()
