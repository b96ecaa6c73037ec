"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import {{ cookiecutter.package }} as package
from {{ cookiecutter.package }} import als, assess, card, config, contract, explain, features, model, pipeline, record
from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import prepare

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    parser = _parser()
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        settings = config.load(given.conf, engine=given.engine, **_changes(given))
        return _COMMANDS[given.command](given, settings)
    except (ContractViolation, FileNotFoundError, model.UnusableModel, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}", description=package.__doc__)
    parser.add_argument("--conf", type=Path, default=PROJECT / "conf", help="folder of the configuration")
    parser.add_argument("--engine", default="duckdb", help="a file of conf/engine: duckdb, or workers: two processes")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of the tables")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("--size", choices=("small", "medium", "large"), help="another size of the made world")
    parser.add_argument("--seed", type=int, help="another seed")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("world", help="generate tables and media")
    commands.add_parser("train", help="generate what is missing, train, evaluate, write card and report")
    commands.add_parser("evaluate", help="assess the newest run's model again")
    explained = commands.add_parser("explain", help="why an item stands where it stands on a user's list")
    explained.add_argument("user", type=int)
    explained.add_argument("item", type=int)
    commands.add_parser("serve", help='requests on stdin, one JSON a line: {"user": 1, "at": 4838400}; lists on stdout')
    commands.add_parser("monitor", help="alarms since the test period began")
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
    print(f"tables and media in {given.data}")
    return 0


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    pipeline.publish(finished, PROJECT)
    print(f"run {finished.run.id}\n{card.summary(finished.assessment)}")
    print("".join(f"  over budget: {excess}\n" for excess in finished.ledger.excesses(settings.budget)), end="")
    print(f"  report: {finished.run.folder / 'report.html'}")
    return 1 if finished.assessment.shortfalls else 0


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    judged, _ = model.load(record.latest(given.runs))
    found = assess.assess(judged, prepare(*_data(given), settings), settings)
    print(card.summary(found))
    return 1 if found.shortfalls else 0


def _explain(given: argparse.Namespace, settings: Config) -> int:
    judged, _ = model.load(record.latest(given.runs))
    prepared = prepare(*_data(given), settings)
    moment = prepared.periods.end
    vectors = judged.learned.vectors(prepared.media)
    state = prepared.history.state(moment, recent_days=settings.blend.recent_days)
    if given.item not in state.item or not prepared.history.has_user(given.user):
        raise ValueError(f"no user {given.user} or no item {given.item} in {given.data}")
    seen = prepared.history.interactions_of(given.user, moment)
    taste = als.fold_in(seen, np.array([given.user]), vectors.item, vectors.als, settings.als)[0]
    found = explain.explain(
        seen, given.item, vectors=vectors, state=state, values=features.rows(taste, vectors, state, settings.blend),
        taste=taste, candidates=features.candidates(state, seen.item), weights=judged.weights, config=settings,
    )  # fmt: skip
    where = f"place {found.place}" if found.place else "not to be shown: not published, or played before"
    print(f"score {found.score:.3f} ± {found.spread:.3f}, {where} on day {moment // DAY}")
    print(f"  {found.words(warm_plays=settings.split.warm_plays)}")
    for name, adds in sorted(found.adds.items(), key=lambda pair: -pair[1]):
        print(f"  {explain.text(name)} ({name}, adds {adds:+.3f})")
    print(f"  most alike of what was played: {', '.join(map(str, found.because)) or 'nothing'}")
    return 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the popular items answer: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    _, plain = model.load(record.latest(given.runs))
    windows = pipeline.watch(prepare(*_data(given), settings), Reference.of(plain), settings)
    alarms = [alarm for window in windows for alarm in window.alarms(settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _report(given: argparse.Namespace, settings: Config) -> int:
    print(record.latest(given.runs) / "report.html")
    return 0


def _schema(given: argparse.Namespace, settings: Config) -> int:
    print(config.write_schema(given.conf))
    return 0


def _data(given: argparse.Namespace) -> tuple[dict[str, Columns], Media]:
    return pipeline.read_all(given.data, contract.load(PROJECT / "data" / "contract.yaml"))


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
