"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import {{ cookiecutter.package }} as package
from {{ cookiecutter.package }} import assess, card, config, contract, effort, model, pipeline, read, record
from {{ cookiecutter.package }}.caution import FLAGS
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.grid import METRES
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.serve import Advice, RefusedMessage, Service, release
from {{ cookiecutter.package }}.train import prepare, train

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar, an alarm or a stop, 2 a mistake the user can mend."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings = config.load(given.conf, **_changes(given))
        return _COMMANDS[given.command](given, settings)
    except (ContractViolation, RefusedMessage, FileNotFoundError, model.UnusableModel, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}", description=package.__doc__)
    parser.add_argument("--conf", type=Path, default=PROJECT / "conf", help="folder of the configuration")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of maps and tables")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("--size", choices=("small", "medium", "large"), help="another size of the made world")
    parser.add_argument("--seed", type=int, help="another seed")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("world", help="generate maps and tables")
    commands.add_parser("train", help="generate what is missing, train, evaluate, write card and report")
    commands.add_parser("evaluate", help="train anew on the same data and assess, without keeping a run")
    explained = commands.add_parser("explain", help="why a proposed site gets its advice")
    explained.add_argument("proposal", type=int)
    commands.add_parser("serve", help="the planning desk's messages on stdin, one JSON a line; advice on stdout")
    commands.add_parser("monitor", help="alarms on proposals since training")
    commands.add_parser("forecast", help="whether more wells are worth drilling for the data they give")
    commands.add_parser("report", help="where the newest run's page is")
    commands.add_parser("schema", help="write conf/schema.json anew after a change of config.py")
    forgotten = commands.add_parser("forget", help="erase a landowner from the leases")
    forgotten.add_argument("landowner")
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
    print(f"maps and tables in {given.data}")
    return 0


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    pipeline.publish(finished, PROJECT)
    print(f"run {finished.run.id}\n{card.summary(finished.assessment)}")
    print(f"  report: {finished.run.folder / 'report.html'}")
    return 1 if finished.assessment.shortfalls else 0


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    tables = _tables(given)
    prepared = prepare(tables, settings)
    _, held_out = train(prepared, settings, version=judged.version)
    found, _ = assess.assess(judged, held_out, prepared, tables, Reference.of(plain["monitor"]), settings)
    print(card.summary(found))
    return 1 if found.shortfalls else 0


def _explain(given: argparse.Namespace, settings: Config) -> int:
    tables = _tables(given)
    rows = [row for row, one in enumerate(tables.proposals["proposal"].tolist()) if one == given.proposal]
    if not rows:
        raise ValueError(f"no proposal {given.proposal} in {given.data}")
    asked = {name: values[rows[0]].item() for name, values in tables.proposals.items()}
    message = {
        "id": asked["proposal"], "timestamp": asked["asked_at"], "asked_by": "the command line",
        "easting": asked["east_km"] * METRES, "northing": asked["north_km"] * METRES,
    }  # fmt: skip
    service = Service(
        tables.maps, tables.wells, release(record.latest(given.runs)), settings, _contract(),
        key=read_key(PROJECT / ".secrets"), log=StringIO(),
    )  # fmt: skip
    print("\n".join(_words(service.advise(message))))
    return 0


def _words(advice: Advice) -> list[str]:
    """An advice as an engineer reads it."""
    between = f", {advice.low_kbbl:,.0f} to {advice.high_kbbl:,.0f}" if advice.low_kbbl is not None else ""
    lines = [
        f"{advice.action}: {advice.eur_kbbl:,.0f} thousand barrels{between}; data quality {advice.data_quality:.2f}"
    ]
    lines += [
        f"  do not drill without corroboration: {FLAGS.get(flag, 'no model may answer')}" for flag in advice.flags
    ]
    lines += [f"  × {one.times:.2f} {one.text} ({one.name} = {one.value:.4g} {one.unit})" for one in advice.drivers]
    lines += [f"  well {one.well}, {one.km:.1f} km away, gave {one.eur_kbbl:,.0f}" for one in advice.nearest_wells]
    return lines


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the nearest wells answer: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    watched, plain = model.load(record.latest(given.runs))
    tables = _tables(given)
    windows = assess.watch(watched, prepare(tables, settings), tables, Reference.of(plain["monitor"]), settings)
    alarms = [alarm for window in windows for alarm in window.alarms(settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _forecast(given: argparse.Namespace, settings: Config) -> int:
    whole, _ = model.load(record.latest(given.runs))
    curve = effort.learning_curve(prepare(_tables(given), settings), whole.regressor, settings)
    found = effort.forecast(curve, settings.effort)
    print("\n".join(f"{wells:4d} wells: {error:.1%}" for wells, error in zip(curve.wells, curve.error, strict=True)))
    print(card.verdict(found))
    return 0 if found.go_on else 1


def _report(given: argparse.Namespace, settings: Config) -> int:
    print(record.latest(given.runs) / "report.html")
    return 0


def _schema(given: argparse.Namespace, settings: Config) -> int:
    print(config.write_schema(given.conf))
    return 0


def _forget(given: argparse.Namespace, settings: Config) -> int:
    erased = read.forget(given.data, _contract(), given.landowner)
    print(f"{erased} rows erased")
    return 0


def _contract() -> contract.Contract:
    return contract.load(PROJECT / "data" / "contract.yaml")


def _tables(given: argparse.Namespace) -> Tables:
    return read.read(given.data, _contract())


_COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "world": _world,
    "train": _train,
    "evaluate": _evaluate,
    "explain": _explain,
    "serve": _serve,
    "monitor": _monitor,
    "forecast": _forecast,
    "report": _report,
    "schema": _schema,
    "forget": _forget,
}
