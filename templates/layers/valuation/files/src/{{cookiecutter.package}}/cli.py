"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys

import numpy as np

from {{ cookiecutter.package }} import assess, card, evaluate, explain, model, pipeline, read, record
from {{ cookiecutter.package }}.commands import PROJECT, SHARED, Command, agreed, asking, concluded, run
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.serve import sold
from {{ cookiecutter.package }}.train import Prepared, prepare


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    return run(_COMMANDS, arguments, engine="duckdb")


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    return concluded(finished, card.summary(finished.assessment))


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    judged, _ = model.load(record.latest(given.runs))
    prepared = _prepared(given, settings)
    found = assess.trial(judged, prepared, prepared.origins[-1], settings)
    missed = evaluate.shortfalls(found.model, found.legacy, found.coverage, settings.quality)
    print(f"median error {found.model.mdape:.1%}, legacy formula {found.legacy.mdape:.1%}")
    print("\n".join(missed) or "quality bar reached")
    return 1 if missed else 0


def _explain(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    prepared = _prepared(given, settings)
    row = np.flatnonzero(prepared.features.subject == given.deed)
    if not len(row):
        raise ValueError(f"no sale {given.deed} in {given.data}")
    home, known = prepared.features.rows(row), sold(prepared)
    found, count, price = judged.value(home), settings.serving.comparables, prepared.price_eur[row[0]]
    print(f"worth {found.value[0]:,.0f} € ({found.low[0]:,.0f} to {found.high[0]:,.0f}), sold for {price:,.0f} €")
    for group, adds in explain.drivers(judged, home, known, count=count).items():
        print(f"  {group:11s} {adds:+.1%} against these sales")
    for one in known.comparables(home, count=count):
        print(f"  sale {one.deed} on day {one.sold_on}: {one.area_m2:.0f} m², {one.distance_m:,.0f} m away,")
        print(f"    for {one.price_eur:,.0f} €, at the day's index {one.indexed_eur:,.0f} €")
    for code in explain.doubts(judged, home, known, Reference.of(plain), settings.serving):
        print(f"  doubt: {explain.DOUBTS[code]}")
    return 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the formula values: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    judged, plain = model.load(record.latest(given.runs))
    windows = assess.watch(judged, _prepared(given, settings), Reference.of(plain), settings)
    alarms = [alarm for window in windows for alarm in window.alarms(settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _prepared(given: argparse.Namespace, settings: Config) -> Prepared:
    return prepare(read.read(given.data, agreed()), settings)


_COMMANDS = {
    "train": Command("generate what is missing, train, evaluate, write card and report", _train),
    "evaluate": Command("value the test year again with the newest run's model", _evaluate),
    "explain": Command("what speaks for the value of a home that was sold", _explain, asking("deed")),
    "serve": Command("the bank's messages on stdin, one JSON a line; values on stdout", _serve),
    "monitor": Command("alarms since deployment", _monitor),
    **SHARED,
}
