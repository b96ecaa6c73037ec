"""`mlsmith prune`: a flag taken out with the branch that it keeps dead."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlsmith.cli.streams import note, wants_colour, write_result
from mlsmith.errors import ExitCode, UserError
from mlsmith.reports.wording import count

if TYPE_CHECKING:
    from mlsmith.cli.lint import Scene
    from mlsmith.fixes.prune.found import Asked
    from mlsmith.fixes.prune.plan import Pruned
    from mlsmith.fixes.prune.refusal import Refusal
    from mlsmith.fixes.prune.sight import Sight


class PruneFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


def prune(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FLAG=VALUE [PATHS]...", help="The flag with the value that it always has; where files may change.", show_default=False
        ),
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="Show the flags that could go; nothing is changed.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Apply it: to all files, or to none.")] = False,
    dirty: Annotated[bool, typer.Option("--dirty", help="With --write: change files with uncommitted changes, too.")] = False,
    output_format: Annotated[PruneFormat, typer.Option("-f", "--format", help="How it is printed.")] = PruneFormat.TEXT,
) -> int:
    """Take out a flag and the branch that it keeps dead: the parameter, its arguments, the option, the key, and what became unused.

    FLAG is a parameter (old, load.old, package.module.load.old), an option (--use-old) or a key of a configuration (model.use_old); VALUE
    is a literal. Shows the diff; refuses, and says why, where it cannot prove that behaviour stays.

    Example: mlsmith prune use_old=False
    """
    said = list(words or ())
    if show_list:
        from mlsmith.cli.prune_list import show_candidates

        if write or dirty:
            raise UserError("--list changes nothing", advice="leave out --write and --dirty")
        return show_candidates(scene_for(said), as_json=output_format is PruneFormat.JSON)
    if not said:
        raise UserError("which flag?", advice="write FLAG=VALUE, or see `mlsmith prune --list`")
    if dirty and not write:
        raise UserError("--dirty goes with --write")
    from mlsmith.fixes.prune.found import parse_asked
    from mlsmith.fixes.prune.plan import prune as pruned
    from mlsmith.fixes.prune.refusal import Refusal

    asked, scene = parse_asked(said[0]), scene_for(said[1:])
    as_json = output_format is PruneFormat.JSON
    try:
        result = pruned(sight_of(scene), asked, scene.paths)
        if write and not dirty:
            _refuse_uncommitted(scene.root, result)
    except Refusal as refusal:
        return _refused(asked, refusal, as_json=as_json)
    if write:
        from mlsmith.cli.writing import write_all

        write_all(scene.root, result.before, result.changed)
    if as_json:
        _print_json(_as_data(asked, result, written=write))
    else:
        _show(said, result, written=write)
    return ExitCode.OK


def scene_for(paths: list[str]) -> Scene:
    """The project that the paths, or the folder we are in, belong to."""
    from mlsmith.cli.arguments import Arguments
    from mlsmith.cli.lint import scene_of

    return scene_of(Arguments(paths=tuple(paths)))


def sight_of(scene: Scene) -> Sight:
    from mlsmith.cli.progress import progress
    from mlsmith.engine.discover import walk
    from mlsmith.engine.run import Options
    from mlsmith.engine.state import cache_home
    from mlsmith.engine.trees import open_working_tree
    from mlsmith.fixes.prune.sight import Sight, files_beyond

    options = Options(cache_home=cache_home(), progress=progress("reading"))
    seen = walk(scene.root, exclude=scene.settings.exclude)
    beyond = files_beyond(scene.root, seen)
    return Sight(scene.root, scene.settings, partial(open_working_tree, scene.root), tuple(sorted(seen.files)), options, beyond)


def summary(result: Pruned) -> str:
    """What went, in a line."""
    parts = [
        count(result.lines, "line"), count(len(result.parameters), "parameter"), count(result.arguments, "argument"),
        count(len(result.options), "option"), count(len(result.keys), "key"), count(len(result.definitions), "definition"),
        count(len(result.imports), "import"), count(result.names, "local name"),
    ]  # fmt: skip
    return ", ".join(part for part in parts if part and not part.startswith("0 ")) + f" in {count(len(result.changed), 'file')}"


def _refuse_uncommitted(root: Path, result: Pruned) -> None:
    """Raises Refusal where git has not kept what would be changed, so that it could not be brought back."""
    from mlsmith.fixes.prune.refusal import Refusal
    from mlsmith.sources.git import Repository

    repository = Repository.find(root)
    if repository is None or not result.changed:
        return
    files = [str(root / path) for path in sorted(result.changed)]
    said = repository.run("status", "--porcelain", "-z", "--", *files).split(b"\0")
    changed = next((entry[3:].decode("utf-8", "replace") for entry in said if entry), "")
    if changed:
        raise Refusal("has uncommitted changes; commit them, or say --dirty", changed, sort="uncommitted changes")


def _refused(asked: Asked, refusal: Refusal, *, as_json: bool) -> int:
    if as_json:
        told = {"reason": refusal.reason, "kind": refusal.sort, "path": refusal.path or None, "line": refusal.line or None}
        _print_json(
            {"version": 1, "flag": asked.flag, "value": asked.value, "written": False, "refused": told, "removed": None, "files": []}
        )
    else:
        note(f"mlsmith: {asked.flag} stays: {refusal}")
    return ExitCode.NO


def _as_data(asked: Asked, result: Pruned, *, written: bool) -> dict[str, Any]:
    from mlsmith.fixes.prune.edited import line_edits

    removed = {
        "lines": result.lines, "parameters": result.parameters, "arguments": result.arguments, "options": result.options,
        "keys": result.keys, "definitions": result.definitions, "imports": result.imports, "local_names": result.names,
    }  # fmt: skip
    files = [{"path": path, "edits": line_edits(result.before[path], result.changed[path])} for path in sorted(result.changed)]
    return {
        "version": 1, "flag": asked.flag, "value": asked.value, "written": written, "refused": None, "removed": removed, "files": files,
    }  # fmt: skip


def _print_json(data: dict[str, Any]) -> None:
    write_result((json.dumps(data, indent=2) + "\n").encode())


def _show(said: list[str], result: Pruned, *, written: bool) -> None:
    import shlex

    from mlsmith.fixes.converge import unified_diff
    from mlsmith.reports.style import Style

    diffs = "".join(unified_diff(path, result.before[path], result.changed[path]) for path in sorted(result.changed))
    write_result(Style(wants_colour()).diff(diffs).encode("utf-8", "surrogateescape"))
    if written:
        note(f"took out {summary(result)}; run the tests, then: git diff")
    else:
        note(f"would take out {summary(result)}; apply: mlsmith prune {shlex.join(said)} --write")
    for path in sorted(path for path, data in result.changed.items() if not data.strip() and result.before[path].strip()):
        note(f"nothing is left in {path}: delete it if nothing imports it")
    if result.options:
        note(f"whoever passes {result.options[0]} by hand will be told that there is no such option")
