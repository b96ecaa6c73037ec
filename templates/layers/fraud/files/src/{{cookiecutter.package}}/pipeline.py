"""One run from data to release: prepare, train, assess, and write it all to a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from {{ cookiecutter.package }} import card, contract, page, parquet, read, record, report, world
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import Assessment, assess
from {{ cookiecutter.package }}.columns import length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import Prepared, order_digest, prepare, reference, train


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    model: Model
    assessment: Assessment


def make_world(config: Config, folder: Path) -> None:
    """Generate the configured world into `folder`, as Parquet, unless it is there already."""
    wanted = f"{config.world.size} {config.world.drift} {config.seed} {config.exploration.share_of_blocked}\n"
    parts = world.shards(
        world.SIZES[config.world.size], seed=config.seed,
        exploration=config.exploration.share_of_blocked, drift=config.world.drift,
    )  # fmt: skip
    parquet.make((shard.tables() for shard in parts), folder, wanted=wanted)


def run(config: Config, *, data: Path, project: Path, runs: Path) -> Finished:
    """Train and assess on the tables in `data`; the run's folder in `runs` then holds all there is to know about it."""
    started = record.start(runs, configuration=config.digest())
    tables = read.read(data, contract.load(project / "data" / "contract.yaml"))
    prepared = prepare(tables, config)
    model = train(prepared, config, version=started.id)
    normal = reference(prepared, model, config)
    assessment = assess(model, prepared, normal, config)
    digest = models.save(model, started.folder, reference=normal.plain())
    components = {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": record.digests(data, "*/*.parquet"),
            "rows": {name: length(columns) for name, columns in tables.items()},
            "contract": record.file_digest(project / "data" / "contract.yaml"),
            "order": order_digest(prepared),
        },
        "model": {"digest": digest, "thresholds": {"block": model.thresholds.block, "review": model.thresholds.review}},
    }
    _write_pages(assessment, model, prepared, config, folder=started.folder, data=record.digest(components["data"]))
    metrics = {
        "model": assessment.model.plain(),
        "rules": assessment.rules.plain(),
        "intervals": assessment.intervals,
        "slices": assessment.slices,
        "shortfalls": assessment.shortfalls,
    }
    record.finish(started, project=project, components=components, metrics=metrics, passed=not assessment.shortfalls)
    return Finished(started, model, assessment)


def _write_pages(
    assessment: Assessment, model: Model, prepared: Prepared, config: Config, *, folder: Path, data: str
) -> None:
    shown = report.pictures(assessment, model, prepared, config)
    page.keep(shown, folder)
    record.write_atomically(folder / "MODEL_CARD.md", card.write(assessment, model, config, data=data))
    record.write_atomically(folder / "report.html", report.page(assessment, model, shown, config))
