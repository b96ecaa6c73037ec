"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import {{ cookiecutter.package }} as package
from {{ cookiecutter.package }} import card, config, contract, information, monitor, pipeline, read, record
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import assess
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.explain import explain, nearest
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.network import initialised
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import Prepared, prepare

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings = config.load(given.conf, engine=given.engine, **_changes(given))
        return _COMMANDS[given.command](given, settings)
    except (ContractViolation, FileNotFoundError, models.UnusableModel, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}", description=package.__doc__)
    parser.add_argument("--conf", type=Path, default=PROJECT / "conf", help="folder of the configuration")
    parser.add_argument("--engine", default="process", help="a file of conf/engine")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of the archive")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("--size", choices=("small", "medium", "large"), help="another size of the made world")
    parser.add_argument("--seed", type=int, help="another seed")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("world", help="generate the archive")
    commands.add_parser("train", help="generate what is missing, train, evaluate, write card and report")
    commands.add_parser("evaluate", help="assess the newest run's model again")
    explained = commands.add_parser("explain", help="what each layer holds; with a place, why its forecast is as it is")
    explained.add_argument("--hour", type=int, help="hour of origin; the newest that can be")
    explained.add_argument("--cell", type=int, nargs=2, metavar=("ROW", "COLUMN"), help="the place")
    commands.add_parser("serve", help="hours on stdin, one JSON a line; forecasts on stdout")
    commands.add_parser("monitor", help="alarms on the test period")
    commands.add_parser("report", help="where the newest run's page is")
    erased = commands.add_parser("erase", help="forget an observer and all that was reported")
    erased.add_argument("observer")
    commands.add_parser("schema", help="write conf/schema.json anew after a change of config.py")
    return parser


def _changes(given: argparse.Namespace) -> dict[str, object]:
    changes: dict[str, object] = {}
    if given.size is not None:
        changes["world"] = {"size": given.size}
    if given.seed is not None:
        changes["seed"] = given.seed
    return changes


def _world(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    print(f"archive in {given.data}")
    return 0


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    pipeline.publish(finished, PROJECT)
    print(f"run {finished.run.id}\n{card.summary(finished.assessment)}")
    print(f"  report: {finished.run.folder / 'report.html'}")
    return 1 if finished.assessment.shortfalls else 0


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    model, _ = models.load(record.latest(given.runs))
    found = assess(model, _prepared(given, settings), settings)
    print(card.summary(found))
    return 1 if found.shortfalls else 0


def _explain(given: argparse.Namespace, settings: Config) -> int:
    prepared = _prepared(given, settings)
    last = prepared.archive.hours - 1
    hour = given.hour if given.hour is not None else last
    if not 1 <= hour <= last:
        raise ValueError(f"hour {hour} is outside 1 to {last}")
    if given.cell is None:
        return _explain_layers(prepared, hour)
    row, column = given.cell
    if not (0 <= row < prepared.archive.relief.shape[0] and 0 <= column < prepared.archive.relief.shape[1]):
        raise ValueError(f"cell {row} {column} is outside the region of {prepared.archive.relief.shape}")
    model, _ = models.load(record.latest(given.runs))
    seen_now = prepared.scene(hour)
    for lead in settings.forecast.leads_h:
        found = explain(model, seen_now, lead, (row, column))
        print(f"+{lead} h: {found.speed:.1f} m/s, between {found.low:.1f} and {found.high:.1f} · {found.advice}")
        print("      " + " · ".join(f"{name} {change:+.1f}" for name, change in found.drivers.items()))
    near = [int(prepared.archive.stations.station[one]) for one in nearest(prepared.region, (row, column), count=3)]
    print(f"stations that say most about this place: {', '.join(map(str, near))}")
    return 0


def _explain_layers(prepared: Prepared, hour: int) -> int:
    """The encoder as it stands in network.py, untrained: which layer loses which waves."""
    scenes = [prepared.scene(one).channels for one in range(max(1, hour - 23), hour + 1)]
    rows = card.layer_rows(information.layers(initialised(seed=0).fields, scenes))
    for row in (card.LAYERS, *rows):
        print("  ".join(f"{cell:>13}" for cell in row))
    kept = information.kept_soon(initialised(seed=0).fields, [one for one in scenes if one[1].all()])
    print("kept after 120 steps: " + " · ".join(f"{band} {share:.1%}" for band, share in kept.items()))
    return 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the stations alone decide: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    model, plain = models.load(record.latest(given.runs))
    prepared = _prepared(given, settings)
    hours = (prepared.split.test.begins, prepared.split.test.ends)
    windows = monitor.measure(model, prepared.archive, prepared.region, settings.monitor, hours=hours)
    alarms = [alarm for window in windows for alarm in window.alarms(Reference.of(plain), settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _report(given: argparse.Namespace, settings: Config) -> int:
    print(record.latest(given.runs) / "report.html")
    return 0


def _erase(given: argparse.Namespace, settings: Config) -> int:
    count = read.erase(given.data, observer=given.observer)
    print(f"{count} stations forgotten; train again")
    return 0 if count else 1


def _schema(given: argparse.Namespace, settings: Config) -> int:
    print(config.write_schema(given.conf))
    return 0


def _contract() -> contract.Contract:
    return contract.load(PROJECT / "data" / "contract.yaml")


def _archive(given: argparse.Namespace, settings: Config) -> Archive:
    return read.read(given.data, _contract(), block=settings.engine.block_hours)


def _prepared(given: argparse.Namespace, settings: Config) -> Prepared:
    return prepare(_archive(given, settings), settings)


_COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "world": _world,
    "train": _train,
    "evaluate": _evaluate,
    "explain": _explain,
    "serve": _serve,
    "monitor": _monitor,
    "report": _report,
    "erase": _erase,
    "schema": _schema,
}
