"""The options of `mlsmith lint` as Typer reads and explains them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mlsmith.cli.arguments import Arguments


class LintFormat(StrEnum):
    """How findings are shown."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    HTML = "html"


_RULES, _FIXING, _OUTPUT, _KNOWN, _RUNNING = (
    "Which rules",
    "Fixing",
    "Output",
    "What is known already",
    "How it runs",
)
_CODES = "codes, prefixes such as EXP, or ALL; by comma, repeatable."


def lint(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders; - for stdin. Default: the project here.", show_default=False),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(help=f"Only these rules: {_CODES}", metavar="CODES", rich_help_panel=_RULES),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help=f"Not these: {_CODES}", metavar="CODES", rich_help_panel=_RULES)] = None,
    extend_select: Annotated[
        list[str] | None,
        typer.Option(help=f"These as well: {_CODES}", metavar="CODES", rich_help_panel=_RULES),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Apply safe fixes.", rich_help_panel=_FIXING)] = False,
    unsafe_fixes: Annotated[bool, typer.Option("--unsafe-fixes", help="Apply unsafe fixes, too.", rich_help_panel=_FIXING)] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Show what fixing would do; write nothing.", rich_help_panel=_FIXING),
    ] = False,
    output_format: Annotated[
        LintFormat, typer.Option("-f", "--format", help="How findings are shown.", rich_help_panel=_OUTPUT)
    ] = LintFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the report to this file.", rich_help_panel=_OUTPUT),
    ] = None,
    show_suppressed: Annotated[
        bool,
        typer.Option("--show-suppressed", help="Show findings of every status.", rich_help_panel=_OUTPUT),
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count findings by rule.", rich_help_panel=_OUTPUT)] = False,
    exit_zero: Annotated[
        bool,
        typer.Option("--exit-zero", help="Exit with 0 even if there are findings.", rich_help_panel=_OUTPUT),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("-v", "--verbose", help="Say where the time went and what was left out, on stderr.", rich_help_panel=_OUTPUT),
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(help="The file of known findings.", rich_help_panel=_KNOWN, show_default=False),
    ] = None,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Report known findings, too.", rich_help_panel=_KNOWN)] = False,
    write_baseline: Annotated[
        bool,
        typer.Option("--write-baseline", help="From now on, know what is found now.", rich_help_panel=_KNOWN),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(help="Only what is new since this revision.", metavar="REV", rich_help_panel=_KNOWN),
    ] = None,
    stdin_filename: Annotated[
        str | None,
        typer.Option(help="What stdin is called, with -.", metavar="NAME", rich_help_panel=_RUNNING),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Lint again on every change.", rich_help_panel=_RUNNING)] = False,
    jobs: Annotated[
        int,
        typer.Option("-j", "--jobs", min=0, help="Processes; 0: one a processor.", rich_help_panel=_RUNNING),
    ] = 0,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.", rich_help_panel=_RUNNING)] = False,
    cache_dir: Annotated[
        Path | None,
        typer.Option(help="Where caches are. Default: the user's cache folder.", rich_help_panel=_RUNNING),
    ] = None,
) -> None:
    """Find machine-learning debt in code, notebooks, configuration and dependency files.

    Example: mlsmith lint src --select EXP,TRB --format concise
    """
    from mlsmith.cli.lint import lint as run

    arguments = Arguments(
        paths=tuple(paths or ()), select=tuple(select or ()), ignore=tuple(ignore or ()),
        extend_select=tuple(extend_select or ()), fix=fix, unsafe_fixes=unsafe_fixes, diff=diff,
        format=output_format.value, output=_text(output), baseline=_text(baseline), no_baseline=no_baseline,
        write_baseline=write_baseline, since=since, jobs=jobs, no_cache=no_cache, cache_dir=_text(cache_dir),
        statistics=statistics, exit_zero=exit_zero, watch=watch, stdin_filename=stdin_filename,
        verbose=verbose, show_suppressed=show_suppressed,
    )  # fmt: skip
    argv = context.obj if isinstance(context.obj, list) else None
    raise typer.Exit(run(arguments, argv=argv))


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
