"""`--fix`, `--unsafe-fixes` and `--diff`: what is found, mended, and how that is shown or written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlsmith.cli.lint import run
from mlsmith.cli.streams import note, write_result
from mlsmith.cli.writing import write_all
from mlsmith.engine.trees import open_working_tree
from mlsmith.errors import ExitCode
from mlsmith.fixes.converge import converge, unified_diff
from mlsmith.reports.wording import count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
        return run(arguments, scene._replace(overlay={**scene.overlay, **changed})).new

    tree = open_working_tree(scene.root, scene.overlay)
    outcome = converge(lint, tree.read, unsafe=arguments.unsafe_fixes)
    if arguments.diff:
        return _show(outcome, exit_zero=arguments.exit_zero)
    if scene.overlay:
        return _answer(outcome, lint, scene, exit_zero=arguments.exit_zero)
    write_all(scene.root, outcome.before, outcome.changed)
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
        note(f"{count(left, 'finding')} left")
    return ExitCode.NO if left and not exit_zero else ExitCode.OK


def _what(outcome: Outcome) -> str:
    return f"{count(len(outcome.applied), 'finding')} in {count(len(outcome.changed), 'file')}"
