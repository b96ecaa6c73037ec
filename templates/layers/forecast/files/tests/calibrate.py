"""How much the figures vary over seeds: writes tests/tolerances.json. Run after a change of world, features or
network.

`python3 project.py python tests/calibrate.py`, some minutes; commit the result with the change that made it needed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bounds import keep

from {{ cookiecutter.package }} import config, information, monitor, world
from {{ cookiecutter.package }}.assess import judge, measure
from {{ cookiecutter.package }}.evaluate import shortfalls
from {{ cookiecutter.package }}.features import Region
from {{ cookiecutter.package }}.network import initialised
from {{ cookiecutter.package }}.train import origins, prepare, train

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = range(1, 33)
WIDTH = 4.0
"""Bounds are the mean plus and minus this many standard deviations: a test that fails once in ten thousand seeds."""


def main() -> None:
    """Train on one small world a seed and write what was found."""
    rows: list[dict[str, float]] = []
    for seed in SEEDS:
        rows.append(figures(seed))
        print(seed, {name: round(value, 3) for name, value in rows[-1].items()}, flush=True)
    keep(rows, width=WIDTH)


def figures(seed: int) -> dict[str, float]:
    """All figures of one seed."""
    changes = json.loads((PROJECT / "tests" / "small.json").read_text(encoding="utf-8"))
    settings = config.load(PROJECT / "conf", seed=seed, **changes)
    prepared = prepare(world.make(world.SIZES["small"], seed=seed), settings)
    trained = train(prepared, settings, version="calibration")
    found = measure(judge(trained.model, prepared, settings), prepared, settings)
    scenes = [prepared.scene(int(hour)).channels for hour in origins(prepared, settings)[::6]]
    quick = information.kept_soon(
        initialised(seed=seed).fields, [channels for channels in scenes if channels[1].all()][:24]
    )
    row = {"quick_middle": quick["middle"], "quick_short": quick["short"], "ramp_score": found.ramp_score}
    row |= {f"retention_image_{band}": share for band, share in found.retention_image.items()}
    row |= {f"retention_wind_{band}": share for band, share in found.retention_wind.items()}
    for one in found.leads:
        row |= {
            f"rmse_{one.lead}": one.rmse,
            f"skill_over_advection_{one.lead}": one.skill_over_advection,
            f"skill_over_persistence_{one.lead}": one.skill_over_persistence,
            f"coverage_{one.lead}": one.coverage,
            f"coverage_unseen_{one.lead}": one.coverage_unseen,
        }
    row["below_the_bar"] = float(len(shortfalls(found, settings.quality)))
    row["untrained_short_energy"] = trained.layers[-1].energy["short"]
    size = replace(world.SIZES["small"], hours=24 * 7)
    quiet = world.make(size, seed=1_000 + seed)
    region = Region.of(quiet, radius=settings.features.station_radius_cells)
    windows = monitor.measure(trained.model, quiet, region, settings.monitor, hours=(0, quiet.hours))
    row["quiet_z"] = max(map(abs, windows[-1].z(monitor.describe(windows[:-1])).values()))
    return row


if __name__ == "__main__":
    main()
