"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys

from {{ cookiecutter.package }} import card, information, monitor, pipeline, read, record
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.assess import assess
from {{ cookiecutter.package }}.commands import PROJECT, SHARED, Command, agreed, asking, concluded, run
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.explain import explain, nearest
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.network import initialised
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import Prepared, prepare


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    return run(_COMMANDS, arguments, engine="process")


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    return concluded(finished, card.summary(finished.assessment))


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


def _erase(given: argparse.Namespace, settings: Config) -> int:
    count = read.erase(given.data, observer=given.observer)
    print(f"{count} stations forgotten; train again")
    return 0 if count else 1


def _archive(given: argparse.Namespace, settings: Config) -> Archive:
    return read.read(given.data, agreed(), block=settings.engine.block_hours)


def _prepared(given: argparse.Namespace, settings: Config) -> Prepared:
    return prepare(_archive(given, settings), settings)


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hour", type=int, help="hour of origin; the newest that can be")
    parser.add_argument("--cell", type=int, nargs=2, metavar=("ROW", "COLUMN"), help="the place")


_COMMANDS = {
    "train": Command("generate what is missing, train, evaluate, write card and report", _train),
    "evaluate": Command("assess the newest run's model again", _evaluate),
    "explain": Command("what each layer holds; with a place, why its forecast is as it is", _explain, _where),
    "serve": Command("hours on stdin, one JSON a line; forecasts on stdout", _serve),
    "monitor": Command("alarms on the test period", _monitor),
    "erase": Command("forget an observer and all that was reported", _erase, asking("observer", of=str)),
    **SHARED,
}
