"""`mlsmith lint --fix`, `--unsafe-fixes` and `--diff`: fixes applied, or shown."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.cli.streams import note, wants_colour, write_result
from mlsmith.errors import ExitCode, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlsmith.cli.lint import Arguments, Scene
    from mlsmith.finding import Finding
    from mlsmith.fixes.converge import Outcome


def fix(arguments: Arguments, scene: Scene) -> int | None:
    """Apply the fixes, or print their diff. An exit code where that is all there is to do, None where a report should follow."""
    from mlsmith.cli.lint import run
    from mlsmith.engine.trees import open_working_tree
    from mlsmith.fixes.converge import converge

    tree = open_working_tree(scene.root, scene.overlay)
    quiet = replace(arguments, fix=False, unsafe_fixes=False, diff=False, verbose=False)

    def lint(changed: Mapping[str, bytes]) -> Sequence[Finding]:
        return run(quiet, replace(scene, overlay={**scene.overlay, **changed})).new

    outcome = converge(lint, tree.read, unsafe=arguments.unsafe_fixes)
    if arguments.diff:
        _show(outcome)
        return ExitCode.NO if outcome.changed and not arguments.exit_zero else ExitCode.OK
    if scene.overlay:
        write_result(next(iter(outcome.changed.values()), next(iter(scene.overlay.values()))))
        return ExitCode.OK
    _write(scene.root, outcome)
    if outcome.applied:
        from mlsmith.reports.wording import count

        note(f"mlsmith: fixed {count(len(outcome.applied), 'finding')} in {count(len(outcome.changed), 'file')}")
    return None


def _show(outcome: Outcome) -> None:
    from mlsmith.fixes.converge import unified_diff

    text = "".join(unified_diff(path, outcome.before[path], outcome.changed[path]) for path in sorted(outcome.changed))
    if wants_colour():
        text = "".join(_coloured(line) for line in text.splitlines(keepends=True))
    write_result(text.encode("utf-8", "surrogateescape"))


def _coloured(line: str) -> str:
    code = {"+": "32", "-": "31", "@": "36"}.get(line[:1])
    body = line.rstrip("\n")
    return f"\x1b[{code}m{body}\x1b[0m\n" if code else line


def _write(root: Path, outcome: Outcome) -> None:
    """Each file whole or not at all, and none if it has changed since it was read."""
    from mlsmith.engine.cache import replace_file

    for path in sorted(outcome.changed):
        file = Path(os.path.realpath(root / path))
        try:
            if file.read_bytes() != outcome.before[path]:
                raise UserError(f"{path} has changed while it was being fixed", advice="run the command again")
            replace_file(file, outcome.changed[path], mode=file.stat().st_mode & 0o777)
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror}", advice="the file is as it was; free the disk or check its rights") from None
