"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import {{ cookiecutter.package }} as package
from {{ cookiecutter.package }} import assess, card, config, contract, explain, model, pipeline, record
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import HISTORY, prepare

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings = config.load(given.conf, engine=given.engine, **_changes(given))
        return _COMMANDS[given.command](given, settings)
    except (ContractViolation, FileNotFoundError, model.UnusableModel, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}", description=package.__doc__)
    parser.add_argument("--conf", type=Path, default=PROJECT / "conf", help="folder of the configuration")
    parser.add_argument("--engine", default="duckdb", help="a file of conf/engine")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of the tables")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("--size", choices=("small", "medium", "large"), help="another size of the made world")
    parser.add_argument("--seed", type=int, help="another seed")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("world", help="generate the tables")
    commands.add_parser("train", help="generate what is missing, train, evaluate, write card and report")
    commands.add_parser("evaluate", help="assess the newest run's model again")
    explained = commands.add_parser("explain", help="why a payment got its decision")
    explained.add_argument("payment", type=int)
    commands.add_parser("serve", help="gateway messages on stdin, one JSON a line; decisions on stdout")
    commands.add_parser("monitor", help="alarms since deployment")
    commands.add_parser("report", help="where the newest run's page is")
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
    print(f"tables in {given.data}")
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
    prepared = prepare(pipeline.read_all(given.data, _contract()), settings)
    found = assess.assess(judged, prepared, Reference.of(plain), settings)
    print(card.summary(found))
    return 1 if found.shortfalls else 0


def _explain(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    with History.of(engine=settings.engine, **_history(given)) as history:
        features = history.features(only=given.payment)
    if not len(features.payment):
        raise ValueError(f"no payment {given.payment} in {given.data}")
    values = features.values[0]
    print(f"probability of fraud {judged.classifier.probability(features.values)[0]:.4f}")
    for reason in explain.reasons(judged.classifier, values, count=settings.serving.reasons):
        print(f"  {reason.text} ({reason.code} = {reason.value:.4g} {reason.unit}, adds {reason.adds:+.2f})")
    for name in explain.unusual(Reference.of(plain).ranges, values):
        print(f"  never seen before: {name}")
    return 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the rules decide: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    prepared = prepare(pipeline.read_all(given.data, _contract()), settings)
    windows = assess.watch(judged, prepared, Reference.of(plain), settings)
    alarms = [alarm for window in windows for alarm in window.alarms(settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _report(given: argparse.Namespace, settings: Config) -> int:
    print(record.latest(given.runs) / "report.html")
    return 0


def _schema(given: argparse.Namespace, settings: Config) -> int:
    print(config.write_schema(given.conf))
    return 0


def _contract() -> contract.Contract:
    return contract.load(PROJECT / "data" / "contract.yaml")


def _history(given: argparse.Namespace) -> dict[str, Columns]:
    tables = pipeline.read_all(given.data, _contract())
    return {name: tables[name] for name in HISTORY}


_COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "world": _world,
    "train": _train,
    "evaluate": _evaluate,
    "explain": _explain,
    "serve": _serve,
    "monitor": _monitor,
    "report": _report,
    "schema": _schema,
}
