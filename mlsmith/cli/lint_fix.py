"""`--fix`, `--unsafe-fixes` and `--diff`: what is found, mended, and how that is shown or written."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mlsmith.cli.lint import run
from mlsmith.cli.streams import note, write_result
from mlsmith.engine.trees import open_working_tree
from mlsmith.errors import ExitCode, SourceError, UserError
from mlsmith.fixes.converge import converge, unified_diff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlsmith.cli.arguments import Arguments
    from mlsmith.cli.lint import Scene
    from mlsmith.finding import Finding
    from mlsmith.fixes.converge import Outcome

    Lint = Callable[[Mapping[str, bytes]], Sequence[Finding]]


def fix(arguments: Arguments, scene: Scene) -> int | None:
    """Fix what can be fixed.

    The exit code where that was all; None where what is left is still to be reported.
    """

    def lint(changed: Mapping[str, bytes]) -> Sequence[Finding]:
        return run(arguments, replace(scene, overlay={**scene.overlay, **changed})).new

    tree = open_working_tree(scene.root, scene.overlay)
    outcome = converge(lint, tree.read, unsafe=arguments.unsafe_fixes)
    if arguments.diff:
        return _show(outcome, exit_zero=arguments.exit_zero)
    if scene.overlay:
        return _answer(outcome, lint, scene, exit_zero=arguments.exit_zero)
    _write_all(scene.root, outcome)
    if outcome.applied:
        note(f"fixed {_what(outcome)}")
    return None


def _show(outcome: Outcome, *, exit_zero: bool) -> int:
    diffs = [unified_diff(path, outcome.before[path], outcome.changed[path]) for path in sorted(outcome.changed)]
    write_result("".join(diffs).encode("utf-8", "surrogateescape"))
    if not outcome.applied:
        note("nothing can be fixed")
        return ExitCode.OK
    note(f"would fix {_what(outcome)}")
    return ExitCode.OK if exit_zero else ExitCode.NO


def _answer(outcome: Outcome, lint: Lint, scene: Scene, *, exit_zero: bool) -> int:
    """What came from stdin goes to stdout, mended; findings that are left are counted."""
    (path,) = scene.overlay
    write_result(outcome.changed.get(path, scene.overlay[path]))
    left = len(lint(outcome.changed))
    if left:
        note(f"{_counted(left, 'finding')} left")
    return ExitCode.NO if left and not exit_zero else ExitCode.OK


def _write_all(root: Path, outcome: Outcome) -> None:
    """Write every changed file, or none of them: all are written aside before the first takes its place.

    Raises UserError where someone else has changed a file in the meantime, OSError where the disk fails.
    """
    tree = open_working_tree(root)
    with ExitStack() as undo:
        staged = []
        for path, data in sorted(outcome.changed.items()):
            file = root / path
            try:
                untouched = tree.read(path) == outcome.before[path]
            except SourceError:
                untouched = False
            if not untouched:
                raise UserError(f"{path} was changed while it was being fixed", advice="run mlsmith again")
            handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
            undo.callback(_remove, name)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(name, file.stat().st_mode & 0o7777)
            staged.append((name, file))
        for name, file in staged:
            os.replace(name, file)


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name)


def _what(outcome: Outcome) -> str:
    return f"{_counted(len(outcome.applied), 'finding')} in {_counted(len(outcome.changed), 'file')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
