"""One run from data to release: prepare, train, assess, forecast, and write it all to a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from {{ cookiecutter.package }} import card, contract, curve, forecast, journal, page, parquet, read, record, report, world
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import Assessment, assess
from {{ cookiecutter.package }}.columns import length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.curve import Point
from {{ cookiecutter.package }}.findings import Findings
from {{ cookiecutter.package }}.forecast import Forecast
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import Prepared, labelled, order_digest, prepare, reference, train


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    model: Model
    assessment: Assessment
    curve: list[Point]
    forecast: Forecast


def make_world(config: Config, folder: Path) -> None:
    """Generate the configured world into `folder`, as Parquet, unless it is there already."""
    wanted = f"{config.world.size} {config.world.drift} {config.seed}\n"
    parts = world.shards(world.SIZES[config.world.size], seed=config.seed, drift=config.world.drift)
    parquet.make((shard.tables() for shard in parts), folder, wanted=wanted)


def run(config: Config, *, data: Path, project: Path, runs: Path, history: Path) -> Finished:
    """Train, assess and forecast on the tables in `data`; the run's folder then holds all there is to know about it.

    Whatever happens, the experiment stands in the journal `history` afterwards.
    """
    journal.verify(history, runs)
    started = record.start(runs, configuration=config.digest())
    target = config.target.recall
    try:
        finished = _run(config, started, data=data, project=project)
    except BaseException:
        journal.append(history, run=started.id, outcome=journal.FAILED, recall=None, target=target, record=None)
        raise
    journal.append(
        history, run=started.id, outcome=journal.FINISHED, recall=finished.assessment.model.recall, target=target,
        record=started.folder / "run.json",
    )  # fmt: skip
    return finished


def look_ahead(prepared: Prepared, assessment: Assessment, config: Config) -> tuple[list[Point], Forecast]:
    """The learning curve, its last point the run itself, and the forecast from it."""
    labels, found = len(labelled(prepared)[1]), assessment.model
    whole = Point(labels, round(found.recall * found.bots), found.bots)
    points = [*curve.points(prepared, config), whole]
    return points, forecast.forecast(points, labels=labels, recall=found.recall, target=config.target)


def _run(config: Config, started: record.Run, *, data: Path, project: Path) -> Finished:
    agreed = contract.load(project / "data" / "contract.yaml")
    tables = read.read(data, agreed)
    prepared = prepare(tables, config)
    model = train(prepared, config, version=started.id)
    normal = reference(prepared, model, config)
    assessment = assess(model, prepared, normal, config)
    points, outlook = look_ahead(prepared, assessment, config)
    digest = models.save(model, started.folder, reference=normal.plain())
    components = {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": record.digests(data, "*/*.parquet"),
            "rows": {name: length(columns) for name, columns in tables.items()},
            "contract": record.file_digest(project / "data" / "contract.yaml"),
            "order": order_digest(prepared, config),
        },
        "model": {"digest": digest, "limits": {"watch": model.limits.watch, "refer": model.limits.refer}},
    }
    found = Findings(assessment, points, outlook)
    text = card.write(found, model, config, agreed, data=record.digest(components["data"]))
    record.write_atomically(started.folder / "MODEL_CARD.md", text)
    _draw(found, model, prepared, config, folder=started.folder)
    metrics = {
        "model": assessment.model.plain(),
        "baseline": assessment.baseline.plain(),
        "families": assessment.families,
        "curve": [{"labels": point.labels, "recall": point.recall, "bots": point.bots} for point in points],
        "forecast": outlook.plain(),
        "shortfalls": assessment.shortfalls,
    }
    record.finish(started, project=project, components=components, metrics=metrics, passed=not assessment.shortfalls)
    return Finished(started, model, assessment, points, outlook)


def _draw(found: Findings, model: Model, prepared: Prepared, config: Config, *, folder: Path) -> None:
    """The pictures, and the page that holds them."""
    shown = report.pictures(found, model, prepared, config)
    page.keep(shown, folder)
    record.write_atomically(folder / "report.html", report.page(found, model, shown, config))
