"""One run from data to release: prepare, train, assess, and write it all to a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from {{ cookiecutter.package }} import card, contract, monitor, page, read, record, report, world
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import Assessment, assess
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Columns, length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.stages import Ledger
from {{ cookiecutter.package }}.train import Prepared, order_digest, prepare, train


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    model: Model
    assessment: Assessment
    ledger: Ledger


def make_world(config: Config, folder: Path) -> None:
    """Generate the configured world into `folder`, as Parquet and media shards, unless it is there already."""
    marker = folder / "world.txt"
    wanted = f"{config.world.size} {config.world.drift} {config.seed} {config.exploration.share_of_slots}\n"
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return
    marker.unlink(missing_ok=True)
    for part in sorted([*folder.glob("*/*.parquet"), *folder.glob("media/*.npz")]):
        part.unlink()
    parts = world.shards(
        world.SIZES[config.world.size], seed=config.seed,
        exploration=config.exploration.share_of_slots, drift=config.world.drift,
    )  # fmt: skip
    for number, shard in enumerate(parts):
        read.write(shard.tables(), shard.media, folder, part=number)
    record.write_atomically(marker, wanted)


def read_all(folder: Path, rules: contract.Contract) -> tuple[dict[str, Columns], Media]:
    """Tables and media under contract, and the truth where the world is a made one."""
    tables = read.read(folder, rules)
    return tables, read.media(folder, tables["items"]["item"])


def run(config: Config, *, data: Path, project: Path, runs: Path) -> Finished:
    """Train and assess on what lies in `data`; the run's folder in `runs` then holds all there is to know about it."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    started = record.start(runs, configuration=config.digest())
    tables, media = read_all(data, contract.load(project / "data" / "contract.yaml"))
    prepared = prepare(tables, media, config)
    ledger = Ledger()
    model = train(prepared, config, version=started.id, ledger=ledger)
    with ledger.stage("assess"):
        assessment = assess(model, prepared, config)
    normal = monitor.describe(tables, media, config.monitor, until=prepared.periods.test)
    digest = models.save(model, started.folder, reference=normal.plain())
    components = {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": record.digests(data, "*/*.parquet") | record.digests(data, "media/*.npz"),
            "rows": {name: length(columns) for name, columns in tables.items()},
            "contract": record.file_digest(project / "data" / "contract.yaml"),
            "order": order_digest(prepared, config),
        },
        "model": {"digest": digest, "weights": model.weights.tolist()},
    }
    shown = report.pictures(assessment, model, prepared, watch(prepared, normal, config), config)
    page.keep(shown, started.folder)
    text = card.write(assessment, model, ledger, config, data=record.digest(components["data"]))
    record.write_atomically(started.folder / "MODEL_CARD.md", text)
    record.write_atomically(started.folder / "report.html", report.page(assessment, model, shown, ledger, config))
    metrics = {
        **{ranker: found.plain() for ranker, found in assessment.rankers.items()},
        "intervals": assessment.intervals,
        "by_user": assessment.by_user,
        "by_item": assessment.by_item,
        "stages": ledger.plain(),
        "excesses": ledger.excesses(config.budget),
        "shortfalls": assessment.shortfalls,
    }
    record.finish(started, project=project, components=components, metrics=metrics, passed=not assessment.shortfalls)
    return Finished(started, model, assessment, ledger)


def watch(prepared: Prepared, normal: monitor.Reference, config: Config) -> list[Window]:
    """What the monitor measures from the test period on."""
    begin, end = prepared.periods.test, prepared.periods.end
    return list(monitor.measure(normal, prepared.tables, prepared.media, config.monitor, begin=begin, end=end))
