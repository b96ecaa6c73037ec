"""The command line: world, train, evaluate, explain, serve, monitor, report; sign, export, forget."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from {{ cookiecutter.package }} import assess, card, coverage, explain, model, pipeline, plan, publish, read, record
from {{ cookiecutter.package }}.commands import PROJECT, SHARED, Command, agreed, asking, concluded, run
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.engine import opened
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.train import prepare
from {{ cookiecutter.package }}.warehouse import Warehouse

_PLAN = PROJECT / "data" / "logging_plan.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    return run(_COMMANDS, arguments, engine="duckdb")


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    return concluded(finished, card.summary(finished.assessment))


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    tables, prepared = pipeline.prepare_all(settings, data=given.data, project=PROJECT)
    found = assess.assess(judged, prepared, Reference.of(plain["normal"]), settings, truth=tables.get("truth"))
    print(card.summary(found))
    return 1 if found.shortfalls else 0


def _explain(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    with Warehouse.of(settings, read.read(given.data, agreed())) as warehouse:
        features = warehouse.features(only=given.user)
    if not len(features.user_id):
        raise ValueError(f"no user {given.user} with a first week in {given.data}, or it is a bot")
    values, seen = features.values[0], explain.Experience(**plain["experience"])
    score = float(judged.classifier.probability(features.values)[0])
    rests = explain.footing(seen, score, values, features.heard[0], settings.explain)
    print(f"comes back with probability {score:.2f}; of users of like score {rests.low:.0%} to {rests.high:.0%} did")
    for reason in explain.reasons(judged.classifier, values, count=settings.explain.reasons):
        print(f"  {reason.text}: {reason.value:.4g} {reason.unit} ({reason.code}, adds {reason.adds:+.2f})")
    print(f"  heard: {rests.events} events from {rests.sources} sources, {rests.late_share:.0%} of them late")
    print(f"  trained on {rests.alike} users of this kind" + (": thin, do not act on it alone" if rests.thin else ""))
    for name in explain.unusual(plain["normal"]["ranges"], values):
        print(f"  never seen before: {name}")
    return 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the cohort rate answers: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    tables = read.read(given.data, agreed())
    with opened(settings, tables) as engine:
        missing = list(map(str, coverage.gaps(coverage.measure(engine, _plan()), settings.coverage)))
    if missing:
        print("\n".join(missing))
        return 1
    prepared = prepare(tables, settings, _plan())
    windows = assess.watch(judged, prepared, Reference.of(plain["normal"]), settings)
    alarms = [alarm for window in windows for alarm in window.alarms(settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _forget(given: argparse.Namespace, settings: Config) -> int:
    print(f"{read.forget(given.data, given.user)} rows erased; train anew, and erase the old runs with their models")
    return 0


def _sign(given: argparse.Namespace, settings: Config) -> int:
    plan.sign(_PLAN, source=given.source, event=given.event, by=given.by, when=datetime.now(UTC).date())
    print(f"{given.source}.{given.event} is signed by {given.by}")
    return 0


def _plan() -> Plan:
    return plan.load(_PLAN)


def _what_and_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source")
    parser.add_argument("event")
    parser.add_argument("--by", required=True, metavar="NAME", help="who agrees to it")


_COMMANDS = {
    "train": Command("generate what is missing, train, evaluate, write card and report", _train),
    "evaluate": Command("assess the newest run's model again", _evaluate),
    "explain": Command("why a user got a score, and on what it rests", _explain, asking("user")),
    "serve": Command("events and questions on stdin, one JSON a line; answers on stdout", _serve),
    "monitor": Command("alarms since deployment: logging, inputs, scores, who came back", _monitor),
    "export": publish.EXPORT,
    "forget": Command("erase a person from the tables", _forget, asking("user")),
    "sign": Command("sign an entry of data/logging_plan.yaml as it stands", _sign, _what_and_who),
    **SHARED,
}
