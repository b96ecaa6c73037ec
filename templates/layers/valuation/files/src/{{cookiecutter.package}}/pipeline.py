"""One run from data to release: prepare, train at every origin, assess, and write it all to a folder of its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from {{ cookiecutter.package }} import card, contract, page, parquet, read, record, report, world
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import Assessment, assess
from {{ cookiecutter.package }}.columns import length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.train import Prepared, Trained, prepare, reference, train


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    trained: list[Trained]
    assessment: Assessment

    @property
    def model(self) -> Model:
        """The model of the newest origin."""
        return self.trained[-1].model


def make_world(config: Config, folder: Path) -> None:
    """Generate the configured world into `folder`, as Parquet, unless it is there already."""
    wanted = f"{config.world.size} {config.seed}\n"
    parquet.make(world.shards(world.SIZES[config.world.size], seed=config.seed), folder, wanted=wanted)


def run(config: Config, *, data: Path, project: Path, runs: Path) -> Finished:
    """Train and assess on the tables in `data`; the run's folder in `runs` then holds all there is to know about it."""
    started = record.start(runs, configuration=config.digest())
    tables = read.read(data, contract.load(project / "data" / "contract.yaml"))
    prepared = prepare(tables, config)
    trained = [train(prepared, origin, config, version=started.id) for origin in prepared.origins]
    newest = trained[-1]
    normal = reference(prepared, prepared.origins[-1], newest.model, config)
    assessment = assess([one.model for one in trained], prepared, normal, config)
    digest = models.save(newest.model, started.folder, reference=normal.plain())
    components = {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": record.digests(data, "*/*.parquet"),
            "rows": {name: length(columns) for name, columns in tables.items()},
            "contract": record.file_digest(project / "data" / "contract.yaml"),
            "order": newest.fitted.order,
        },
        "model": {"digest": digest, "widths": asdict(newest.model.widths), "loss": newest.fitted.losses[-1]},
    }
    found = Finished(started, trained, assessment)
    _write_pages(found, prepared, config, data=record.digest(components["data"]))
    metrics = {
        "trials": [asdict(one) for one in assessment.trials],
        "truth": None if assessment.truth is None else assessment.truth.plain(),
        "intervals": assessment.intervals,
        "sensitivity": assessment.sensitivity,
        "shortfalls": assessment.shortfalls,
    }
    record.finish(started, project=project, components=components, metrics=metrics, passed=not assessment.shortfalls)
    return found


def _write_pages(found: Finished, prepared: Prepared, config: Config, *, data: str) -> None:
    folder, assessment, model = found.run.folder, found.assessment, found.model
    shown = report.pictures(assessment, model, prepared, config)
    page.keep(shown, folder)
    record.write_atomically(folder / "MODEL_CARD.md", card.write(assessment, model, config, data=data))
    record.write_atomically(folder / "report.html", report.page(assessment, model, shown, config))
