"""`mlsmith diff`: what a revision changes in the behaviour of the models, whatever else it moves around."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.cli.streams import wants_colour, width, write_result
from mlsmith.errors import ExitCode

if TYPE_CHECKING:
    from mlsmith.sources.git import Repository


class DiffFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


def diff(
    old: Annotated[
        str, typer.Argument(metavar="[REV1]", help="The revision before; `A..B` and `A...B` as in git.", show_default="HEAD")
    ] = "HEAD",
    new: Annotated[str, typer.Argument(metavar="[REV2]", help="The revision after.", show_default="the working tree")] = "",
    output_format: Annotated[DiffFormat, typer.Option("-f", "--format", help="How it is printed.")] = DiffFormat.TEXT,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where behaviour changes, or may.")] = False,
) -> int:
    """What changes in behaviour between two revisions; everything else is one line. Example: mlsmith diff main HEAD"""
    from mlsmith.reports.diff_report import render
    from mlsmith.revisions.between import difference
    from mlsmith.settings import load_settings
    from mlsmith.sources.git import Repository

    settings, root, _ = load_settings(Path())
    repository = Repository.require(root)
    before, after = _revisions(repository, old, new)
    found = difference(repository, root, before, after, settings)
    text = render(found, format=output_format.value, colour=wants_colour() and output_format is DiffFormat.TEXT, width=width())
    write_result(text.encode("utf-8", "backslashreplace"))
    return ExitCode.NO if exit_code and found.changes else ExitCode.OK


def _revisions(repository: Repository, old: str, new: str) -> tuple[str, str | None]:
    """The two commits; of `A...B` the first is where both have come from."""
    one, dots, other = old.partition("...") if "..." in old else old.partition("..")
    if not dots or new:
        return repository.rev_parse(old), repository.rev_parse(new) if new else None
    one, other = one or "HEAD", other or "HEAD"
    before = repository.merge_base(one, other) if dots == "..." else repository.rev_parse(one)
    return before, repository.rev_parse(other)
