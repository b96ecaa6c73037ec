"""`mlsmith graph`: where data come from, and who uses what is made of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.cli.progress import progress
from mlsmith.cli.streams import note, wants_colour, write_result
from mlsmith.errors import ExitCode

if TYPE_CHECKING:
    from mlsmith.settings import Settings


class GraphFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"
    DOT = "dot"


def graph(
    paths: Annotated[list[str] | None, typer.Argument(help="The code to look at; the project by default.", show_default=False)] = None,
    output_format: Annotated[GraphFormat, typer.Option("-f", "--format", help="How it is printed or drawn.")] = GraphFormat.TEXT,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Write to a file.", show_default=False)] = "",
    jobs: Annotated[int, typer.Option("--jobs", help="Processes; 0 for one a processor.", min=0)] = 0,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
) -> int:
    """Data dependencies: sources, features, models, consumers, as declared and as the code shows. Example: mlsmith graph -f dot | dot -Tsvg > data.svg"""
    from mlsmith.cli.arguments import Arguments
    from mlsmith.cli.lint import scene_of, write_file
    from mlsmith.engine.run import Options, index_working_tree
    from mlsmith.engine.state import cache_home
    from mlsmith.graph import build
    from mlsmith.reports.graph_report import render
    from mlsmith.rules.feedback.prediction_as_training_input import PredictionAsTrainingInput
    from mlsmith.rules.kit.data_dependencies import accesses_of

    scene = scene_of(Arguments(paths=tuple(paths or ())))
    options = Options(jobs=jobs, cache_home=None if no_cache else str(cache_home()), progress=progress("reading"))
    project, errors = index_working_tree(scene.root, _collecting(scene.settings), options=options)
    accesses = accesses_of(project, project.collected(PredictionAsTrainingInput))
    drawn = build(project, accesses, scene.settings.data, scene.covers)
    errors = tuple(error for error in errors if scene.covers(error.path))
    colour = wants_colour() and not output and output_format is GraphFormat.TEXT
    data = render(drawn, errors, format=output_format.value, colour=colour).encode("utf-8", "backslashreplace")
    if output:
        write_file(Path(output), data)
    else:
        write_result(data)
    if output_format is not GraphFormat.JSON:
        for error in errors:
            note(f"{error.path}:{error.line or 1}: {error.message}")
    return ExitCode.USAGE if errors else ExitCode.OK


def _collecting(settings: Settings) -> Settings:
    """Settings under which the accesses are collected: the project's own, so that a lint's cache serves, unless they switch the rule off."""
    from mlsmith.rules.catalogue import load_rules

    return settings if "FBL101" in load_rules(settings).by_code else settings._replace(select=("FBL101",), ignore=(), extend_select=())
