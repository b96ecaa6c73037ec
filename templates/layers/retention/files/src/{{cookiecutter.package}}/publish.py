"""The command `export`."""

from __future__ import annotations

import argparse
import sys

from {{ cookiecutter.package }} import export, pipeline
from {{ cookiecutter.package }}.commands import PROJECT, Command
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.privacy import read_key


def _export(given: argparse.Namespace, settings: Config) -> int:
    _, prepared = pipeline.prepare_all(settings, data=given.data, project=PROJECT)
    made = export.export(prepared, settings.export, key=read_key(PROJECT / ".secrets"))
    print(export.text(made), end="")
    print(f"{made.left_out} users of small groups were left out", file=sys.stderr)
    return 0


EXPORT = Command("cohorts as CSV: no small group, and noise that hides any one person", _export)
