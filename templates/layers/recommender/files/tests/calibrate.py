"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or model.

`python3 project.py python tests/calibrate.py`, some minutes; commit the result with the change that made it needed.
"""

from __future__ import annotations

from pathlib import Path

import torch
from bounds import keep

from {{ cookiecutter.package }} import config, monitor, world
from {{ cookiecutter.package }}.assess import Assessment, assess
from {{ cookiecutter.package }}.catalogue import DAY
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.judge import BLIND, MODEL, POPULARITY
from {{ cookiecutter.package }}.train import prepare, train
from {{ cookiecutter.package }}.world import Size

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = range(1, 33)
WIDTH = 4.0
"""Bounds are the mean plus and minus this many standard deviations: a test that fails once in ten thousand seeds."""

QUIET = Size(users=300, items=200, days=36)
"""A world without drift, for the monitor."""


def main() -> None:
    """Train on one small world a seed, watch one quiet world a seed, and write what was found."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    settings = config.load(PROJECT / "conf", world={"size": "small"})
    rows: list[dict[str, float]] = []
    for seed in SEEDS:
        rows.append(measure(settings.model_copy(update={"seed": seed})))
        print(seed, {name: round(value, 3) for name, value in rows[-1].items()}, flush=True)
    keep(rows, width=WIDTH)


def measure(settings: Config) -> dict[str, float]:
    """All figures of one seed."""
    made = world.make(world.SIZES["small"], seed=settings.seed, exploration=settings.exploration.share_of_slots)
    prepared = prepare(made.tables(), made.media, settings)
    found = assess(train(prepared, settings, version="calibration"), prepared, settings)
    blind, popularity = found.rankers[BLIND], found.rankers[POPULARITY]
    return {
        "ndcg": found.model.ndcg,
        "cold_ndcg": found.model.cold_ndcg,
        "coverage": found.model.coverage,
        "cold_exposure": found.model.cold_exposure,
        "top_decile_exposure": found.model.top_decile_exposure,
        "appeal": appeal(found, MODEL),
        "cold_appeal": appeal(found, MODEL, cold=True),
        "ndcg_over_popularity": found.model.ndcg - popularity.ndcg,
        "cold_ndcg_over_baselines": found.model.cold_ndcg - max(blind.cold_ndcg, popularity.cold_ndcg),
        "appeal_over_baselines": appeal(found, MODEL) - max(appeal(found, BLIND), appeal(found, POPULARITY)),
        "cold_appeal_over_blind": appeal(found, MODEL, cold=True) - appeal(found, BLIND, cold=True),
        "below_the_bar": float(len(found.shortfalls)),
        "quiet_z": quiet(settings),
    }


def appeal(found: Assessment, ranker: str, *, cold: bool = False) -> float:
    """The appeal of a ranker's lists, by the truth."""
    value = found.rankers[ranker].cold_appeal if cold else found.rankers[ranker].appeal
    return float("nan") if value is None else value


def quiet(settings: Config) -> float:
    """The largest figure of the monitor in a world in which nothing changes."""
    still = world.make(QUIET, seed=1_000 + settings.seed, exploration=settings.exploration.share_of_slots, drift=False)
    until = QUIET.days // 3 * DAY
    normal = monitor.describe(still.tables(), still.media, settings.monitor, until=until)
    windows = monitor.measure(normal, still.tables(), still.media, settings.monitor, begin=until, end=QUIET.days * DAY)
    return max(abs(value) for window in windows for value in window.z.values())


if __name__ == "__main__":
    main()
