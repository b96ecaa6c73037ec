"""The command line: world, train, evaluate, forecast, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import {{ cookiecutter.package }} as package
from {{ cookiecutter.package }} import assess, card, config, contract, forecast, journal, limits, model, pipeline, record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.curve import Point
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.explain import explain
from {{ cookiecutter.package }}.features import encode
from {{ cookiecutter.package }}.findings import Findings
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import Prepared, prepare

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar, an alarm or advice to stop, 2 what the user can mend."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings = config.load(given.conf, **_changes(given))
        return _COMMANDS[given.command](given, settings)
    except (ContractViolation, FileNotFoundError, model.UnusableModel, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}", description=package.__doc__)
    parser.add_argument("--conf", type=Path, default=PROJECT / "conf", help="folder of the configuration")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of the tables")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("--journal", type=Path, default=PROJECT / "docs" / "experiments.jsonl", help="all experiments")
    parser.add_argument("--size", choices=("small", "medium", "large"), help="another size of the made world")
    parser.add_argument("--seed", type=int, help="another seed")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("world", help="generate the tables")
    commands.add_parser("train", help="generate what is missing, train, evaluate, forecast, write card and report")
    commands.add_parser("evaluate", help="assess the newest run's model again")
    ahead = commands.add_parser("forecast", help="the chance to reach the target, and whether to go on")
    ahead.add_argument("--experiments", type=int, default=5, help="with so many more experiments")
    explained = commands.add_parser("explain", help="why an account got its score")
    explained.add_argument("account", type=int)
    commands.add_parser("serve", help="sessions of the game server on stdin, one JSON a line; verdicts on stdout")
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
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs, history=given.journal)
    pipeline.publish(finished, PROJECT)
    found = Findings(finished.assessment, finished.curve, finished.forecast)
    print(f"run {finished.run.id}\n{card.summary(found)}")
    print(f"  report: {finished.run.folder / 'report.html'}")
    return 1 if finished.assessment.shortfalls else 0


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    judged, plain, prepared = _released(given, settings)
    found = assess.assess(judged, prepared, Reference.of(plain), settings)
    print(f"  finds {found.model.recall:.0%} of the bots, the baseline {found.baseline.recall:.0%}")
    print("\n".join(found.shortfalls) or "  quality bar reached")
    return 1 if found.shortfalls else 0


def _forecast(given: argparse.Namespace, settings: Config) -> int:
    entries = journal.verify(given.journal, given.runs)
    newest = json.loads((record.latest(given.runs) / "run.json").read_text(encoding="utf-8"))["metrics"]
    points = [Point(one["labels"], round(one["recall"] * one["bots"]), one["bots"]) for one in newest["curve"]]
    recall = newest["model"]["recall"]
    found = forecast.forecast(points, labels=points[-1].labels, recall=recall, target=settings.target)
    print(card.outlook(found))
    for row in card.milestone_rows(found):
        cells = [f"{name} {cell}" for name, cell in zip(card.MILESTONE_HEADER[1:], row[1:], strict=True)]
        print("  " + " · ".join([row[0], *cells]))
    past = journal.results(entries)
    if len(past) >= 3:
        chance = forecast.chance_of_experiments(past, target=settings.target.recall, more=given.experiments)
        print(f"  {len(past)} experiments on record; one of {given.experiments} more reaches the target: {chance:.0%}")
    else:
        print(f"  {len(past)} experiments on record; from three on their results give a forecast too")
    print("".join(f"  {moved}\n" for moved in journal.moved_targets(entries, settings.target.recall)), end="")
    return 0 if found.advice in (forecast.REACHED, forecast.GO_ON) else 1


def _explain(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    tables = pipeline.read_all(given.data, _contract())
    windows = encode(tables["sessions"], tables["actions"])
    windows = windows.rows(windows.account == given.account)
    if not len(windows):
        raise ValueError(f"no session of account {given.account} in {given.data}")
    score = judged.ensemble.score(windows)
    found = explain(judged, windows, Reference.of(plain).ranges, settings.limit)
    verdict = limits.VERDICTS[int(limits.decide(score, np.array([found.actions]), judged.limits, settings.limit)[0])]
    print(f"{verdict}: probability of a bot {judged.probability(score)[0]:.4f} from {found.actions} actions")
    for reason in found.reasons:
        print(f"  {reason.adds:+.2f} {reason.text}")
    if found.watched_from_action is not None:
        print(f"  first worth watching after action {found.watched_from_action}")
    print(f"  the networks differ by {found.disagreement:.2f}; caution: {found.caution or 'none'}")
    return 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the rules decide: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    judged, plain, prepared = _released(given, settings)
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


def _released(given: argparse.Namespace, settings: Config) -> tuple[model.Model, dict[str, Any], Prepared]:
    judged, plain = model.load(record.latest(given.runs))
    return judged, plain, prepare(pipeline.read_all(given.data, _contract()), settings)


_COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "world": _world,
    "train": _train,
    "evaluate": _evaluate,
    "forecast": _forecast,
    "explain": _explain,
    "serve": _serve,
    "monitor": _monitor,
    "report": _report,
    "schema": _schema,
}
