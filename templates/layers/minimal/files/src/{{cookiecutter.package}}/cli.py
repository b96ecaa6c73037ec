"""The command line: world, train, evaluate, serve, schema."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import {{ cookiecutter.package }} as package
from {{ cookiecutter.package }} import config, contract, model, read, record, train, world
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.evaluate import shortfalls
from {{ cookiecutter.package }}.opening import open_desk

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar, 2 a mistake the user can mend."""
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}", description=package.__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of orders.csv")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("command", choices=sorted(_COMMANDS))
    given = parser.parse_args(arguments)
    try:
        return _COMMANDS[given.command](given, config.load(PROJECT / "conf"))
    except (ContractViolation, FileNotFoundError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def _world(given: argparse.Namespace, settings: Config) -> int:
    read.write(world.make(settings.world, seed=settings.seed), given.data / "orders.csv")
    print(f"orders in {given.data}")
    return 0


def _train(given: argparse.Namespace, settings: Config) -> int:
    if not (given.data / "orders.csv").exists():
        _world(given, settings)
    done = train.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    for name in ("MODEL_CARD.md", "result.svg"):
        record.write_atomically(PROJECT / "docs" / name, (done.run.folder / name).read_text(encoding="utf-8"))
    print(f"run {done.run.id}")
    print(f"  PR-AUC {done.metrics.pr_auc:.3f}, baseline {done.baseline.pr_auc:.3f}; {done.run.folder}")
    print("  " + ("; ".join(done.shortfalls) or "quality bar reached"))
    return 1 if done.shortfalls else 0


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    made = model.load(record.latest(given.runs) / "model.json")
    prepared = train.prepare(read.read(given.data / "orders.csv", _contract()), settings)
    metrics, baseline = train.assess(made, prepared)
    missed = shortfalls(metrics, baseline, settings.quality)
    print(json.dumps({"model": metrics.plain(), "baseline": baseline.plain(), "shortfalls": missed}, indent=2))
    return 1 if missed else 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"nobody is warned: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _schema(given: argparse.Namespace, settings: Config) -> int:
    print(Config.write_schema(PROJECT / "conf"))
    return 0


def _contract() -> contract.Contract:
    return contract.load(PROJECT / "data" / "contract.yaml")


_COMMANDS = {"world": _world, "train": _train, "evaluate": _evaluate, "serve": _serve, "schema": _schema}
