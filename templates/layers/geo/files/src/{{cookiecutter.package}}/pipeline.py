"""One run from data to release: prepare, train, assess, and write it all to a folder of its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from {{ cookiecutter.package }} import card, caution, contract, effort, grid, monitor, page, read, record, report, world
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import Assessment, Surface, assess
from {{ cookiecutter.package }}.columns import length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.effort import Curve, Forecast
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import HeldOut, order_digest, prepare, train


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    model: Model
    held_out: HeldOut
    assessment: Assessment
    surface: Surface
    curve: Curve
    forecast: Forecast


def make_world(config: Config, folder: Path) -> None:
    """Generate the configured world into `folder`, unless it is there already."""
    marker = folder / "world.txt"
    wanted = f"{config.world.size} {config.seed}\n"
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return
    marker.unlink(missing_ok=True)
    made = world.make(world.SIZES[config.world.size], seed=config.seed)
    grid.write(made.maps, folder / "maps")
    grid.write(made.truth, folder / "truth")
    for name in ("wells", "proposals", "leases"):
        read.write_table(getattr(made, name), folder / f"{name}.csv")
    record.write_atomically(marker, wanted)


def run(config: Config, *, data: Path, project: Path, runs: Path) -> Finished:
    """Train and assess on what is in `data`; the run's folder in `runs` then holds all there is to know about it."""
    started = record.start(runs, configuration=config.digest())
    agreed = contract.load(project / "data" / "contract.yaml")
    tables = read.read(data, agreed)
    prepared = prepare(tables, config)
    model, held_out = train(prepared, config, version=started.id)
    normal = monitor.describe(prepared.sites, config)
    assessment, surface = assess(model, held_out, prepared, tables, normal, config)
    reference = {"ranges": caution.ranges(prepared.sites), "monitor": normal.plain()}
    digest = models.save(model, started.folder, reference=reference)
    components = {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": {**record.digests(data, "maps/*.asc"), **record.digests(data, "*.csv")},
            "rows": {"wells": length(tables.wells), "wells_trained_on": length(prepared.known)},
            "contract": record.file_digest(project / "data" / "contract.yaml"),
            "order": order_digest(prepared),
        },
        "model": {"digest": digest, "factors": {"good": model.factors.good, "poor": model.factors.poor}},
    }
    curve = effort.learning_curve(prepared, model.regressor, config)
    finished = Finished(started, model, held_out, assessment, surface, curve, effort.forecast(curve, config.effort))
    shown = report.pictures(finished, prepared, config)
    page.keep(shown, started.folder)
    text = card.write(assessment, model, config, data=record.digest(components["data"]), wells=length(prepared.known))
    text += card.effort(finished.forecast)
    record.write_atomically(started.folder / "MODEL_CARD.md", text)
    record.write_atomically(started.folder / "report.html", report.page(finished, shown, agreed, config))
    metrics = {
        "held_out": {name: found.plain() for name, found in assessment.held_out.items()},
        "truth": {name: found.plain() for name, found in assessment.truth.items()},
        "optimism_of_random_folds": assessment.optimism,
        "learning_curve": {"wells": curve.wells.tolist(), "median_error": curve.error.tolist()},
        "forecast": asdict(finished.forecast),
        "shortfalls": assessment.shortfalls,
    }
    record.finish(started, project=project, components=components, metrics=metrics, passed=not assessment.shortfalls)
    return finished
