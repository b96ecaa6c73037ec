"""The command `export`: figures of which weeks, and what is left of those weeks' budget."""

from __future__ import annotations

import argparse
import sys

from {{ cookiecutter.package }} import budget, export, pipeline
from {{ cookiecutter.package }}.commands import PROJECT, Command, agreed
from {{ cookiecutter.package }}.config import Config

LEDGER = PROJECT / "data" / "releases.jsonl"


def _export(given: argparse.Namespace, settings: Config) -> int:
    _, prepared = pipeline.prepare_all(settings, data=given.data, project=PROJECT)
    weeks = range(given.weeks[0], given.weeks[1] + 1)
    made = export.export(given.about, prepared, agreed(), settings, weeks=weeks, ledger=LEDGER)
    print(made.csv(), end="")
    answers, limit = budget.read(LEDGER), settings.export.budget
    left, week = min((limit - budget.spent(answers, week), week) for week in weeks)
    print(f"week {week} has {left:g} of {limit:g} left; commit {LEDGER.name}", file=sys.stderr)
    return 0


def _what_of_whom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("about", choices=(export.COHORTS, export.EFFECT))
    parser.add_argument(
        "--weeks", nargs=2, type=int, required=True, metavar=("FIRST", "LAST"), help="when the users registered"
    )


EXPORT = Command("cohorts or the arms' effect as CSV, with noise, within each week's budget", _export, _what_of_whom)
