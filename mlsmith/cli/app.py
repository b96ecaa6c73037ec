"""The command line as Typer knows it: every verb, its help, completion and usage errors."""

from __future__ import annotations

from typing import Annotated

import typer

from mlsmith import __version__
from mlsmith.cli.config import config
from mlsmith.cli.diff import diff
from mlsmith.cli.gate import gate
from mlsmith.cli.graph import graph
from mlsmith.cli.guard import complain
from mlsmith.cli.lint_command import lint
from mlsmith.cli.new import new
from mlsmith.cli.prune import prune
from mlsmith.cli.review import review
from mlsmith.cli.rule import rule
from mlsmith.cli.update import add, remove, update
from mlsmith.errors import ExitCode

app = typer.Typer(
    name="mlsmith",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (new, add, remove, update, lint, gate, diff, graph, prune, rule):
    app.command()(command)
app.add_typer(review, name="review")
app.add_typer(config, name="config")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mlsmith {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[bool, typer.Option("-V", "--version", callback=_show_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Set machine-learning projects up so that they can be trusted, and keep them so.

    Example: mlsmith lint
    """


def run(argv: list[str]) -> int:
    """Run one command line. A usage error is one line and exit code 2."""
    try:
        code = app(argv, prog_name="mlsmith", standalone_mode=False, obj=argv)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        explain = getattr(error, "format_message", None)
        if explain is None:
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(str(explain()), err=True)
            return ExitCode.USAGE
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "mlsmith"
        return complain(f"{str(explain()).rstrip('.')}; see `{where} --help`", ExitCode.USAGE)
    return code if isinstance(code, int) else ExitCode.OK
