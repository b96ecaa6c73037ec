"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys
from io import StringIO

from {{ cookiecutter.package }} import assess, card, effort, model, pipeline, read, record
from {{ cookiecutter.package }}.caution import FLAGS
from {{ cookiecutter.package }}.commands import PROJECT, SHARED, Command, agreed, asking, concluded, run
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.grid import METRES
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.privacy import read_key
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.serve import Advice, Service, release
from {{ cookiecutter.package }}.train import prepare, train


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar, an alarm or a stop, 2 a mistake the user can mend."""
    return run(_COMMANDS, arguments)


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    return concluded(finished, card.summary(finished.assessment))


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
        tables.maps, tables.wells, release(record.latest(given.runs)), settings, agreed(),
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


def _forget(given: argparse.Namespace, settings: Config) -> int:
    erased = read.forget(given.data, agreed(), given.landowner)
    print(f"{erased} rows erased")
    return 0


def _tables(given: argparse.Namespace) -> Tables:
    return read.read(given.data, agreed())


_COMMANDS = {
    "train": Command("generate what is missing, train, evaluate, write card and report", _train),
    "evaluate": Command("train anew on the same data and assess, without keeping a run", _evaluate),
    "explain": Command("why a proposed site gets its advice", _explain, asking("proposal")),
    "serve": Command("the planning desk's messages on stdin, one JSON a line; advice on stdout", _serve),
    "monitor": Command("alarms on proposals since training", _monitor),
    "forecast": Command("whether more wells are worth drilling for the data they give", _forecast),
    "forget": Command("erase a landowner from the leases", _forget, asking("landowner", of=str)),
    **SHARED,
}
