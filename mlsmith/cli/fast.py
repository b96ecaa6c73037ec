"""The way in: what can be answered without the command line's library is, because importing it costs more
than most runs.

`--version`, a `lint` that nothing has changed for, and a `lint` with plain arguments never import Typer.
"""

from __future__ import annotations


def dispatch(argv: list[str]) -> int:
    """Run one command line (without the program's name) and give its exit code."""
    try:
        if argv in (["--version"], ["-V"]):
            from mlsmith import __version__

            print(f"mlsmith {__version__}")
            return 0
        if argv[:1] == ["lint"]:
            from mlsmith.cli.replay import replay

            replayed = replay(argv)
            if replayed is not None:
                return replayed
        from mlsmith.cli.guard import guarded

        return guarded(lambda: _run(argv))
    except KeyboardInterrupt:
        return 130


def _run(argv: list[str]) -> int:
    if argv[:1] == ["lint"]:
        from mlsmith.cli.plain import parse_plain

        arguments = parse_plain(argv[1:])
        if arguments is not None:
            from mlsmith.cli.lint import lint

            return lint(arguments, argv=argv)
    from mlsmith.cli.app import run

    return run(argv)
