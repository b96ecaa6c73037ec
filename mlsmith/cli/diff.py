"""`mlsmith diff`: what a revision changes in the behaviour of the models, whatever else it moves around."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.cli.streams import wants_colour, width, write_result
from mlsmith.errors import ExitCode

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.sources.git import Changed, Repository

_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


class DiffFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


def diff(
    old: Annotated[str, typer.Argument(metavar="[REV1]", help="The revision before.", show_default="HEAD")] = "HEAD",
    new: Annotated[str, typer.Argument(metavar="[REV2]", help="The revision after.", show_default="the working tree")] = "",
    output_format: Annotated[DiffFormat, typer.Option("-f", "--format", help="How it is printed.")] = DiffFormat.TEXT,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where behaviour changes.")] = False,
) -> int:
    """What changes in behaviour between two revisions; everything else is one line. Example: mlsmith diff main HEAD"""
    from mlsmith.engine.trees import open_revision, open_working_tree
    from mlsmith.reports.diff_report import Difference, render
    from mlsmith.revisions.compare import compare
    from mlsmith.settings import load_settings
    from mlsmith.sources.git import Repository

    settings, root, _ = load_settings(Path())
    repository = Repository.require(root)
    before = repository.rev_parse(old)
    after = repository.rev_parse(new) if new else None
    changed = _local(repository, root, before, after)
    trees = open_revision(root, before), open_revision(root, after) if after else open_working_tree(root)
    found = compare(*trees, changed, settings)
    hunks = _hunks(repository, root, before, after)
    quiet = [path for path, ranges in hunks.items() for first, last in ranges if not _speaks(found.changes, path, first, last)]
    difference = Difference(found.changes, len(set(quiet)), len(quiet))
    text = render(difference, format=output_format.value, colour=wants_colour() and output_format is DiffFormat.TEXT, width=width())
    write_result(text.encode("utf-8", "backslashreplace"))
    return ExitCode.NO if exit_code and found.changes else ExitCode.OK


def _local(repository: Repository, root: Path, before: str, after: str | None) -> dict[str, Changed]:
    """Changed paths relative to the project; what came from outside of it was added."""
    prefix = _prefix(repository, root)
    found = {}
    for path, how in repository.changed_paths(before, after).items():
        if path.startswith(prefix):
            inside = how.old_path is None or how.old_path.startswith(prefix)
            old_path = how.old_path.removeprefix(prefix) if how.old_path is not None and inside else None
            found[path.removeprefix(prefix)] = how._replace(status=how.status if inside else "A", old_path=old_path)
    return found


def _prefix(repository: Repository, root: Path) -> str:
    folder = root.relative_to(repository.root).as_posix()
    return "" if folder == "." else f"{folder}/"


def _hunks(repository: Repository, root: Path, before: str, after: str | None) -> dict[str, list[tuple[int, int]]]:
    """Path → line ranges in the new version of each hunk of the textual diff."""
    prefix = _prefix(repository, root)
    revisions = [before, *([after] if after else [])]
    output = repository.run("diff", "-U0", "-M", "--no-color", "--no-ext-diff", "--no-textconv", "--no-prefix", *revisions, "--")
    found: dict[str, list[tuple[int, int]]] = {}
    path = ""
    for line in output.split(b"\n"):
        if line.startswith(b"+++ "):
            path = line[4:].decode("utf-8", "surrogateescape").rstrip("\t")
        match = _HUNK.match(line)
        if match and path.startswith(prefix):
            first, length = int(match[1]), int(match[2] or 1)
            found.setdefault(path.removeprefix(prefix), []).append((first, first + max(length, 1) - 1))
    return found


def _speaks(changes: tuple[Change, ...], path: str, first: int, last: int) -> bool:
    return any(change.path == path and first <= change.line <= last for change in changes)
