"""One run from data to release: prepare, train, assess, and write it all to a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import card, contract, monitor, page, read, record, report, world
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import Assessment, assess
from {{ cookiecutter.package }}.batches import order_digest
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.monitor import Reference, Window
from {{ cookiecutter.package }}.train import Prepared, Trained, origins, prepare, train


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    trained: Trained
    normal: Reference
    assessment: Assessment


def make_world(config: Config, folder: Path) -> None:
    """Generate the configured world into `folder`, as Zarr, unless it is there already."""
    marker = folder / "world.txt"
    wanted = f"{config.world.size} {config.seed}\n"
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return
    marker.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    size = world.SIZES[config.world.size]
    where = world.place(size, seed=config.seed)
    with read.Writer(folder, where, hours=size.hours) as writer:
        for block in world.blocks(size, where, seed=config.seed):
            writer.add(block)
    record.write_atomically(marker, wanted)


def run(config: Config, *, data: Path, project: Path, runs: Path) -> Finished:
    """Train and assess on the archive in `data`; the run's folder in `runs` then holds all there is to know about
    it."""
    started = record.start(runs, configuration=config.digest())
    agreed = contract.load(project / "data" / "contract.yaml")
    archive = read.read(data, agreed, block=config.engine.block_hours)
    prepared = prepare(archive, config)
    trained = train(prepared, config, version=started.id)
    normal = monitor.describe(watch(trained, prepared, config, before_release=True))
    assessment = assess(trained.model, prepared, config)
    finished = Finished(started, trained, normal, assessment)
    components = _components(finished, prepared, config, data=data, project=project)
    _write_pages(finished, prepared, config, agreed, data=record.digest(components["data"]))
    metrics = {
        "model": assessment.metrics.plain(),
        "intervals": assessment.intervals,
        "losses": trained.losses[::20],
        "shortfalls": assessment.shortfalls,
    }
    record.finish(started, project=project, components=components, metrics=metrics, passed=not assessment.shortfalls)
    return finished


def watch(trained: Trained, prepared: Prepared, config: Config, *, before_release: bool) -> list[Window]:
    """The monitor's windows: of the periods before release, which are normal, or of the test period."""
    periods = prepared.split
    hours = (
        (periods.train.begins, periods.calibration.ends) if before_release else (periods.test.begins, periods.test.ends)
    )
    return monitor.measure(trained.model, prepared.archive, prepared.region, config.monitor, hours=hours)


def _components(
    finished: Finished, prepared: Prepared, config: Config, *, data: Path, project: Path
) -> dict[str, dict[str, Any]]:
    return {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": _digests(data),
            "hours": prepared.archive.hours,
            "contract": record.file_digest(project / "data" / "contract.yaml"),
            "scaling": prepared.scaling.plain(),
            "order": order_digest(origins(prepared, config), config),
        },
        "model": {
            "digest": models.save(finished.trained.model, finished.run.folder, reference=finished.normal.plain())
        },
    }


def _digests(data: Path) -> dict[str, str]:
    """One digest a field, over its chunks and their names: an archive has too many chunks to list."""
    folders = sorted(path for path in (data / "fields.zarr").iterdir() if path.is_dir())
    found = {
        folder.name: record.digest([
            [path.relative_to(folder).as_posix(), record.file_digest(path)]
            for path in sorted(folder.rglob("*")) if path.is_file()
        ])
        for folder in folders
    }  # fmt: skip
    return {**found, "stations.csv": record.file_digest(data / "stations.csv")}


def _write_pages(
    finished: Finished, prepared: Prepared, config: Config, agreed: contract.Contract, *, data: str
) -> None:
    folder, trained, assessment = finished.run.folder, finished.trained, finished.assessment
    windows = watch(trained, prepared, config, before_release=False)
    shown = report.pictures(assessment, trained, prepared, windows, finished.normal, config)
    page.keep(shown, folder)
    record.write_atomically(folder / "MODEL_CARD.md", card.write(assessment, trained, config, agreed, data=data))
    record.write_atomically(
        folder / "report.html", report.page(assessment, trained, shown, windows, finished.normal, config)
    )
