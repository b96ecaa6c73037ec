"""One run from data to release: prepare, train, assess, and write it all to a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from {{ cookiecutter.package }} import card, contract, page, parquet, plan, read, record, report, world
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import Assessment, assess
from {{ cookiecutter.package }}.columns import Columns, length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import Prepared, experience, order_digest, prepare, reference, train


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    model: Model
    assessment: Assessment


def make_world(config: Config, folder: Path) -> None:
    """Generate the configured world into `folder`, as Parquet, unless it is there already."""
    wanted = f"{config.world.size} {config.world.drift} {config.seed} {config.experiment.reminder_share}\n"
    parts = world.shards(
        world.SIZES[config.world.size], seed=config.seed,
        reminder_share=config.experiment.reminder_share, drift=config.world.drift,
    )  # fmt: skip
    parquet.make((shard.tables() for shard in parts), folder, wanted=wanted)


def prepare_all(config: Config, *, data: Path, project: Path) -> tuple[dict[str, Columns], Prepared]:
    """The tables, and what training makes of them."""
    tables = read.read(data, contract.load(project / "data" / "contract.yaml"))
    return tables, prepare(tables, config, plan.load(project / "data" / "logging_plan.yaml"))


def run(config: Config, *, data: Path, project: Path, runs: Path) -> Finished:
    """Train and assess on the tables in `data`; the run's folder in `runs` then holds all there is to know about it."""
    started = record.start(runs, configuration=config.digest())
    agreed = contract.load(project / "data" / "contract.yaml")
    tables = read.read(data, agreed)
    prepared = prepare(tables, config, plan.load(project / "data" / "logging_plan.yaml"))
    model = train(prepared, config, version=started.id)
    normal = reference(prepared, model, config)
    assessment = assess(model, prepared, normal, config, truth=tables.get("truth"))
    kept = {"normal": normal.plain(), "experience": experience(prepared, model).plain()}
    digest = models.save(model, started.folder, reference=kept)
    components = {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": record.digests(data, "*/*.parquet"),
            "rows": {name: length(columns) for name, columns in tables.items()},
            "contract": record.file_digest(project / "data" / "contract.yaml"),
            "logging_plan": record.file_digest(project / "data" / "logging_plan.yaml"),
            "order": order_digest(prepared),
        },
        "model": {"digest": digest},
    }
    text = card.write(assessment, model, config, agreed, data=record.digest(components["data"]))
    record.write_atomically(started.folder / "MODEL_CARD.md", text)
    _write_pages(assessment, model, prepared, config, folder=started.folder)
    record.finish(
        started, project=project, components=components, metrics=metrics(assessment), passed=not assessment.shortfalls
    )
    return Finished(started, model, assessment)


def metrics(assessment: Assessment) -> dict[str, object]:
    """All figures of a run as plain values."""
    trial = assessment.trial
    return {
        "model": assessment.model.plain(),
        "baseline": assessment.baseline.plain(),
        "intervals": assessment.intervals,
        "slices": assessment.slices,
        "effect": {
            "plain": list(card.bounds(trial.plain)),
            "adjusted": list(card.bounds(trial.adjusted)),
            "true": trial.true,
        },
        "shortfalls": assessment.shortfalls,
    }


def _write_pages(assessment: Assessment, model: Model, prepared: Prepared, config: Config, *, folder: Path) -> None:
    shown = report.pictures(assessment, model, prepared, config)
    page.keep(shown, folder)
    record.write_atomically(folder / "report.html", report.page(assessment, model, shown, config))
