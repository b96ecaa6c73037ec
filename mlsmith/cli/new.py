"""`mlsmith new`: a project skeleton that runs."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.errors import UserError

if TYPE_CHECKING:
    from mlsmith.scaffold.create import Created
    from mlsmith.scaffold.kinds import Catalogue
    from mlsmith.scaffold.planning import Wish

_DEFAULT_KIND = "minimal"


class NewFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


def new(
    directory: Annotated[str | None, typer.Argument(metavar="[DIRECTORY]", help="Where the project goes; its name too.")] = None,
    kind: Annotated[str, typer.Option("-k", "--kind", metavar="KIND", help="What it predicts; see --list.")] = "",
    layers: Annotated[list[str] | None, typer.Option("-w", "--with", metavar="LAYER", help="A layer on top; repeatable.")] = None,
    show_list: Annotated[bool, typer.Option("--list", help="Show kinds and layers, write nothing.")] = False,
    settings: Annotated[list[str] | None, typer.Option("-s", "--set", metavar="KEY=VALUE", help="One answer; repeatable.")] = None,
    no_input: Annotated[bool, typer.Option("-y", "--no-input", "--defaults", help="Ask nothing.")] = False,
    replay: Annotated[Path | None, typer.Option("--replay", metavar="FILE", help="Take the answers from this file.")] = None,
    template: Annotated[str, typer.Option("--template", metavar="PATH|GIT_URL", help="A cookiecutter template of your own.")] = "",
    checkout: Annotated[str, typer.Option("--checkout", metavar="REF", help="The template's revision.")] = "",
    trust: Annotated[bool, typer.Option("--trust", help="Let the template run its hooks and extensions.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the tree, write nothing.")] = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no repository and no commit.")] = False,
    output_dir: Annotated[
        Path | None,
        typer.Option("-o", "--output-dir", metavar="DIR", help="Put the project into this directory."),
    ] = None,
    output_format: Annotated[NewFormat, typer.Option("-f", "--format", help="How to print it.")] = NewFormat.TEXT,
) -> None:
    """Set up a project that trains, evaluates and tests itself from the first commit.

    Example: mlsmith new shop --kind fraud -y
    """
    from mlsmith.cli import new_output

    as_json = output_format is NewFormat.JSON
    if show_list:
        new_output.show_catalogue(_catalogue(), as_json=as_json)
        return
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    manner = _Manner(terminal and not no_input and not as_json, no_input, trust, not no_git, dry_run)
    wish, source = _wish(directory, kind, layers or [], settings or [], replay, output_dir)
    if template:
        source = _Source(template, checkout)
    try:
        if source.template:
            if kind or layers:
                raise UserError("--template brings its own files", advice="leave out --kind and --with")
            created = _from_template(source, wish, manner)
        elif checkout or trust:
            raise UserError("--checkout and --trust belong to --template", advice="name the template too")
        else:
            created = _from_catalogue(_catalogue(), wish, manner)
    except EOFError:
        raise KeyboardInterrupt from None  # The answers ended at a question.
    if as_json:
        typer.echo(json.dumps(as_data(created)))
    elif dry_run:
        new_output.show_tree(created)
    else:
        new_output.show_created(created)


def as_data(created: Created) -> dict[str, object]:
    """The result as the JSON contract has it."""
    return {
        "version": 1,
        "directory": str(created.directory),
        "kind": created.kind or None,
        "layers": list(created.layers),
        "files": list(created.files),
        "notes": list(created.notes),
    }


@dataclass(frozen=True, slots=True)
class _Manner:
    """How to go about it, apart from what to make."""

    asking: bool
    no_input: bool
    trust: bool
    git: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class _Source:
    """A template of others; empty for mlsmith's own."""

    template: str = ""
    checkout: str = ""


def _catalogue() -> Catalogue:
    from mlsmith.scaffold.kinds import read_catalogue
    from mlsmith.scaffold.locate import templates_root

    return read_catalogue(templates_root())


def _wish(
    directory: str | None, kind: str, layers: list[str], settings: list[str],
    replay: Path | None, output_dir: Path | None,
) -> tuple[Wish, _Source]:  # fmt: skip
    from mlsmith.scaffold.answers import parse_settings
    from mlsmith.scaffold.planning import Wish
    from mlsmith.scaffold.record import Replay, read_replay

    replayed = read_replay(replay) if replay else Replay()
    said = parse_settings(settings)
    given = {**replayed.answers, **said}
    if directory and "slug" not in said:
        given.pop("slug", None)  # A replay under another name is a new project.
    source = _Source() if kind else _Source(replayed.template, replayed.revision)
    return Wish(kind or replayed.kind, (*replayed.layers, *layers), given, directory, output_dir), source


def _from_catalogue(catalogue: Catalogue, wish: Wish, manner: _Manner) -> Created:
    from mlsmith.scaffold.create import create, preview
    from mlsmith.scaffold.planning import make_plan

    if manner.asking:
        from mlsmith.cli.new_dialogue import Dialogue

        dialogue = Dialogue(catalogue)
        wish = dialogue.complete_wish(wish)
        plan = make_plan(catalogue, wish, ask=dialogue.ask)
        if dialogue.asked and not manner.dry_run and not dialogue.agrees(preview(plan)):
            raise UserError("nothing was written", advice="start again whenever you like")
    else:
        if not wish.kind and not manner.no_input:
            raise UserError("which kind of project?", advice=f"say -k {' | '.join(catalogue.kinds)}")
        plan = make_plan(catalogue, wish if wish.kind else replace(wish, kind=_DEFAULT_KIND))
    return preview(plan) if manner.dry_run else create(plan, git=manner.git)


def _from_template(source: _Source, wish: Wish, manner: _Manner) -> Created:
    from mlsmith.scaffold.foreign import fetched
    from mlsmith.scaffold.foreign_render import create_foreign

    trust, ask = manner.trust, None
    with (
        tempfile.TemporaryDirectory(prefix="mlsmith-") as box,
        fetched(source.template, checkout=source.checkout, into=Path(box)) as it,
    ):
        if manner.asking:
            from mlsmith.cli.new_dialogue import ask_foreign, consents

            trust, ask = trust or (bool(it.code) and consents(it)), ask_foreign
        return create_foreign(
            it, given=wish.given, directory=wish.directory, output_dir=wish.output_dir,
            trust=trust, git=manner.git, dry_run=manner.dry_run, ask=ask,
        )  # fmt: skip
