"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys

from {{ cookiecutter.package }} import assess, card, explain, model, pipeline, read, record
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.commands import PROJECT, SHARED, Command, agreed, asking, concluded, run
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import HISTORY, prepare


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    return run(_COMMANDS, arguments, engine="duckdb")


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    return concluded(finished, card.summary(finished.assessment))


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    prepared = prepare(read.read(given.data, agreed()), settings)
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
    prepared = prepare(read.read(given.data, agreed()), settings)
    windows = assess.watch(judged, prepared, Reference.of(plain), settings)
    alarms = [alarm for window in windows for alarm in window.alarms(settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _history(given: argparse.Namespace) -> dict[str, Columns]:
    tables = read.read(given.data, agreed())
    return {name: tables[name] for name in HISTORY}


_COMMANDS = {
    "train": Command("generate what is missing, train, evaluate, write card and report", _train),
    "evaluate": Command("assess the newest run's model again", _evaluate),
    "explain": Command("why a payment got its decision", _explain, asking("payment")),
    "serve": Command("gateway messages on stdin, one JSON a line; decisions on stdout", _serve),
    "monitor": Command("alarms since deployment", _monitor),
    **SHARED,
}
