"""The command line: world, train, evaluate, forecast, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import assess, card, forecast, journal, limits, model, pipeline, read, record
from {{ cookiecutter.package }}.commands import PROJECT, SHARED, Command, agreed, asking, concluded, run
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.curve import Point
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.explain import explain
from {{ cookiecutter.package }}.features import encode
from {{ cookiecutter.package }}.findings import Findings
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import Prepared, prepare


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar, an alarm or advice to stop, 2 what the user can mend."""
    return run(_COMMANDS, arguments, engine="process", asks=_where_the_journal_is)


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs, history=given.journal)
    found = Findings(finished.assessment, finished.curve, finished.forecast)
    return concluded(finished, card.summary(found))


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
    tables = read.read(given.data, agreed())
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


def _released(given: argparse.Namespace, settings: Config) -> tuple[model.Model, dict[str, Any], Prepared]:
    judged, plain = model.load(record.latest(given.runs))
    return judged, plain, prepare(read.read(given.data, agreed()), settings)


def _how_many(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--experiments", type=int, default=5, help="with so many more experiments")


def _where_the_journal_is(parser: argparse.ArgumentParser) -> None:
    journals = PROJECT / "docs" / "experiments.jsonl"
    parser.add_argument("--journal", type=Path, default=journals, help="all experiments")


_COMMANDS = {
    "train": Command("generate what is missing, train, evaluate, forecast, write card and report", _train),
    "evaluate": Command("assess the newest run's model again", _evaluate),
    "forecast": Command("the chance to reach the target, and whether to go on", _forecast, _how_many),
    "explain": Command("why an account got its score", _explain, asking("account")),
    "serve": Command("sessions of the game server on stdin, one JSON a line; verdicts on stdout", _serve),
    "monitor": Command("alarms since deployment", _monitor),
    **SHARED,
}
