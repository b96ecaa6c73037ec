"""The frame of the command line: options of all commands, exit codes, and the commands that are the same everywhere."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import {{ cookiecutter.package }} as package
from {{ cookiecutter.package }} import config, contract, pipeline, record, target
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished

PROJECT = Path(__file__).resolve().parents[2]
Asks = Callable[[argparse.ArgumentParser], object]


@dataclass(frozen=True, slots=True)
class Command:
    """What one command does, in words and in code; `asks` adds the arguments that only it has."""

    help: str
    run: Callable[[argparse.Namespace, Config], int]
    asks: Asks | None = None


def run(
    commands: Mapping[str, Command], arguments: list[str] | None, *, engine: str = "", asks: Asks | None = None
) -> int:
    """Run the command that `arguments` name; 2 is a mistake that the user can mend.

    Where there are engines, `engine` is the one taken if none is named; `asks` adds options to all commands.
    """
    parser = _parser(commands, engine, asks)
    given = parser.parse_args(arguments)
    try:
        return commands[given.command].run(given, config.load(given.conf, **_changes(given)))
    except (FileNotFoundError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def asking(*names: str, of: type = int) -> Asks:
    """Arguments by place, one a name."""

    def add(parser: argparse.ArgumentParser) -> None:
        for name in names:
            parser.add_argument(name, type=of)

    return add


def agreed() -> contract.Contract:
    """The project's data contract."""
    return contract.load(PROJECT / "data" / "contract.yaml")


def concluded(finished: Finished, words: str) -> int:
    """Publish a run and say what came out; 1 where it missed the bar."""
    for name in ("MODEL_CARD.md", "result.svg"):
        record.write_atomically(PROJECT / "docs" / name, (finished.run.folder / name).read_text(encoding="utf-8"))
    print(f"run {finished.run.id}\n{words}\n  report: {finished.run.folder / 'report.html'}")
    print(f"  {_outlook(finished.run.folder.parent)}")
    return 1 if finished.assessment.shortfalls else 0


def _parser(commands: Mapping[str, Command], engine: str, asks: Asks | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}", description=package.__doc__)
    parser.add_argument("--conf", type=Path, default=PROJECT / "conf", help="folder of the configuration")
    if engine:
        parser.add_argument("--engine", default=engine, help=f"a file of conf/engine; {engine} if not given")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of the data")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("--size", choices=("small", "medium", "large"), help="another size of the made world")
    parser.add_argument("--seed", type=int, help="another seed")
    if asks:
        asks(parser)
    known = parser.add_subparsers(dest="command", required=True)
    for name, command in commands.items():
        one = known.add_parser(name, help=command.help)
        if command.asks:
            command.asks(one)
    return parser


def _changes(given: argparse.Namespace) -> dict[str, Any]:
    changes: dict[str, Any] = {"engine": given.engine} if "engine" in given else {}
    if given.size is not None:
        changes["world"] = {"size": given.size}
    if given.seed is not None:
        changes["seed"] = given.seed
    return changes


def _outlook(runs: Path) -> str:
    wanted = target.read(PROJECT)
    return target.outlook(wanted, target.past(wanted, runs))


def _world(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    print(f"made world in {given.data}")
    return 0


def _report(given: argparse.Namespace, settings: Config) -> int:
    print(record.latest(given.runs) / "report.html")
    return 0


def _target(given: argparse.Namespace, settings: Config) -> int:
    print(_outlook(given.runs))
    return 0


def _schema(given: argparse.Namespace, settings: Config) -> int:
    print(Config.write_schema(given.conf))
    return 0


SHARED = {
    "world": Command("generate the made world", _world),
    "target": Command("how far the target is, and the chance that the experiments left reach it", _target),
    "report": Command("where the newest run's page is", _report),
    "schema": Command("write conf/schema.json anew after a change of config.py", _schema),
}
