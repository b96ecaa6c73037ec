"""`mlsmith add`, `mlsmith remove`, `mlsmith update`: a project's layers changed, or brought to the newer templates."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.errors import ExitCode

if TYPE_CHECKING:
    from mlsmith.scaffold.update import Update


class UpdateFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


_Project = Annotated[Path, typer.Option("-C", "--project", metavar="DIR", help="The project; this folder by default.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, write nothing.")]
_Format = Annotated[UpdateFormat, typer.Option("-f", "--format", help="How to print it.")]
_Layers = Annotated[list[str], typer.Argument(metavar="LAYER...", help="See `mlsmith new --list`.")]


def add(layers: _Layers, project: _Project = Path(), dry_run: _DryRun = False, output_format: _Format = UpdateFormat.TEXT) -> int:
    """Add a layer to a project that mlsmith has made.

    Example: mlsmith add serving
    """
    return _change(project, add=tuple(layers), dry_run=dry_run, as_json=output_format is UpdateFormat.JSON)


def remove(layers: _Layers, project: _Project = Path(), dry_run: _DryRun = False, output_format: _Format = UpdateFormat.TEXT) -> int:
    """Take a layer out of a project again; what you have changed of it stays.

    Example: mlsmith remove tracking
    """
    return _change(project, remove=tuple(layers), dry_run=dry_run, as_json=output_format is UpdateFormat.JSON)


def update(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if an update is due.")] = False,
    to: Annotated[str, typer.Option("--to", metavar="VERSION", help="The version whose templates you expect.")] = "",
    project: _Project = Path(),
    dry_run: _DryRun = False,
    output_format: _Format = UpdateFormat.TEXT,
) -> int:
    """Bring a project to the templates of this mlsmith: a three-way merge in each file, conflicts listed.

    Example: mlsmith update --check
    """
    from mlsmith.scaffold.update import check_version

    check_version(to)
    return _change(project, check=check, dry_run=dry_run, as_json=output_format is UpdateFormat.JSON)


def _change(
    project: Path, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = (), check: bool = False, dry_run: bool, as_json: bool
) -> int:
    from mlsmith.scaffold.kinds import read_catalogue
    from mlsmith.scaffold.locate import templates_root
    from mlsmith.scaffold.update import apply_update, plan_update, require_clean

    project = project.resolve()
    writing = not check and not dry_run
    planned = plan_update(read_catalogue(templates_root()), project, add=add, remove=remove)
    if writing and planned.is_due:
        require_clean(project)
        apply_update(planned)
    if as_json:
        typer.echo(json.dumps(as_data(planned)))
    else:
        _show(planned, written=writing)
    if check:
        return ExitCode.NO if planned.is_due else ExitCode.OK
    return ExitCode.NO if planned.conflicts else ExitCode.OK


def as_data(update: Update) -> dict[str, object]:
    """The result as JSON has it."""
    return {
        "version": 1, "project": str(update.project), "due": update.is_due, "layers": list(update.layers),
        "changes": [{"path": change.path, "what": change.what, "why": change.why} for change in update.changes],
        "conflicts": [change.path for change in update.conflicts],
    }  # fmt: skip


_SIGNS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red"), "kept": ("=", "dim"), "conflict": ("!", "bold red")}


def _show(update: Update, *, written: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    if not update.is_due:
        console.print("the project is as this mlsmith makes it")
    for change in update.changes:
        sign, style = _SIGNS[change.what]
        console.print(Text.assemble((f"{sign} ", style), change.path, (f"  {change.why}" if change.why else "", "dim")))
    if not update.is_due:
        return
    hints = Console(stderr=True, soft_wrap=True)
    if not written:
        hints.print("nothing was written", style="dim")
    elif update.conflicts:
        hints.print(f"settle the conflicts in {', '.join(c.path for c in update.conflicts)}, then commit", style="bold")
    else:
        hints.print("look at `git diff`, run the tests, commit", style="dim")
    if written and any(change.path.startswith("requirements/") for change in update.changes):
        print("the requirements have changed: `python3 project.py test` installs them", file=sys.stderr)
