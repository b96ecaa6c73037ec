"""`mlsmith lint`: what is wrong in a project, as a report and an exit code."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.cli.progress import progress
from mlsmith.cli.streams import note, on_terminal, wants_colour, width, write_result
from mlsmith.engine.discover import kind_of, named, within
from mlsmith.engine.history import GitHistory
from mlsmith.engine.run import Kept, Options, lint_working_tree
from mlsmith.engine.state import cache_home
from mlsmith.errors import ExitCode, UnreadableInput, UserError
from mlsmith.finding import Status
from mlsmith.reports import render as render_report
from mlsmith.settings import FILES, load_settings, with_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlsmith.cli.arguments import Arguments
    from mlsmith.engine.result import LintResult
    from mlsmith.finding import Finding
    from mlsmith.settings import Settings


class Scene(NamedTuple):
    """What a command line comes to: the project, its settings, and what is linted of it."""

    root: Path
    settings: Settings
    paths: tuple[str, ...]
    overlay: dict[str, bytes]
    start: Path
    """Where the search for settings began"""

    def covers(self, path: str) -> bool:
        """Whether a path of the project is among those that were asked for."""
        return within(path, self.paths or ("",))

    def wants(self, finding: Finding) -> bool:
        """Whether a finding lies there, and no setting switches it off for its file."""
        from mlsmith.rules.catalogue import ignored_for

        return self.covers(finding.path) and not ignored_for(finding.path, finding.code, self.settings)


def lint(arguments: Arguments, *, argv: Sequence[str] | None = None) -> int:
    """Lint, print, and give the exit code. `argv` is the whole command line, where its result may be kept
    for the next.
    """
    _refuse_contradictions(arguments)
    if arguments.watch:
        from mlsmith.cli.watch import watch

        return watch(arguments)
    scene = scene_of(arguments)
    if arguments.fix or arguments.unsafe_fixes or arguments.diff:
        from mlsmith.cli.lint_fix import fix

        done = fix(arguments, scene)
        if done is not None:
            return done
    return report(arguments, scene, argv=argv)


def report(arguments: Arguments, scene: Scene, *, argv: Sequence[str] | None = None) -> int:
    """One run over the project as it is now, printed."""
    from mlsmith.cli.replay import is_repeatable

    started = time.perf_counter()
    kept = Kept() if argv is not None and is_repeatable(list(argv)) else None
    history = GitHistory(scene.root)
    result = run(arguments, scene, history=history, kept=kept)
    if arguments.write_baseline:
        return _write_baseline(arguments, scene, result)
    text = render(arguments, scene, result)
    if arguments.output:
        write_file(Path(arguments.output), text)
    else:
        write_result(text)
    if arguments.verbose:
        from mlsmith.cli.timings import timings

        note(timings(result, time.perf_counter() - started))
    code = exit_code(result, exit_zero=arguments.exit_zero)
    said = ""
    if arguments.format == "text":
        from mlsmith.cli.reviewed import hint

        said = hint(scene, result)
        if said:
            note(said)
    if kept is not None and argv is not None:
        _remember(list(argv), arguments, scene, kept, history, code, text, said)
    return code


def run(arguments: Arguments, scene: Scene, *, history: GitHistory | None = None, kept: Kept | None = None) -> LintResult:
    """The result of one run, with the baseline or the other revision taken into account."""
    options = _options(arguments, kept)
    history = history or GitHistory(scene.root)
    result = lint_working_tree(scene.root, scene.settings, paths=scene.paths, overlay=scene.overlay, history=history, options=options)
    if arguments.write_baseline or arguments.no_baseline:
        known = None
    else:
        known = _baseline_file(arguments, scene)
    if known is not None:
        from mlsmith.cli.since import renamed_here
        from mlsmith.debt import baseline

        findings = baseline.match(
            result.findings, baseline.read(known), renamed_here(scene.root), exists=lambda path: (scene.root / path).exists()
        )
        result = result._replace(findings=tuple(findings))
    if arguments.since is not None:
        from mlsmith.cli.since import only_new

        result = only_new(result, scene, arguments.since, options._replace(kept=None))
    if not arguments.write_baseline:
        from mlsmith.cli.flips import changed_behaviour
        from mlsmith.cli.reviewed import unreviewed

        history.asked = True
        changed = [*changed_behaviour(scene, arguments.since, history), *unreviewed(scene, arguments.since)]
        if changed:
            findings = sorted([*result.findings, *changed], key=lambda finding: finding.sort_key)
            result = result._replace(findings=tuple(findings))
    return result


def scene_of(arguments: Arguments) -> Scene:
    """Where the command line points. Raises UserError on paths and settings that cannot be."""
    if arguments.paths == ("-",):
        return _stdin_scene(arguments)
    paths = [Path(path) for path in arguments.paths or (".",)]
    for path in paths:
        if not os.path.lexists(path):
            raise UnreadableInput(f"{path} does not exist", advice="check the path")
        if not os.path.exists(path):
            raise UnreadableInput(f"{path} is a link to nothing, or a circle of links", advice="name a file or a folder")
    start = _start([Path(os.path.realpath(path)) for path in paths])
    settings, root, _ = load_settings(start)
    return Scene(root, _with_codes(settings, arguments), named(root, paths), {}, start)


def exit_code(result: LintResult, *, exit_zero: bool = False) -> int:
    """1 for findings that are new, else 2 for files that cannot be read, else 0."""
    if result.new:
        return ExitCode.OK if exit_zero else ExitCode.NO
    return ExitCode.USAGE if result.errors else ExitCode.OK


def render(arguments: Arguments, scene: Scene, result: LintResult) -> bytes:
    """The report as bytes, ending with a line end."""
    from mlsmith.cli.source_lines import SourceLines
    from mlsmith.rules.catalogue import all_rules

    text = render_report(
        result,
        format=arguments.format,
        lines=SourceLines(scene.root, scene.overlay),
        show_suppressed=arguments.show_suppressed,
        statistics=arguments.statistics,
        width=width(),
        colour=wants_colour() and not arguments.output,
        links=wants_colour() and on_terminal() and not arguments.output,
        rules=[rule.info() for rule in all_rules()] if arguments.format == "sarif" else [],
    )
    if text and not text.endswith("\n"):
        text += "\n"
    return text.encode("utf-8", "backslashreplace")


def write_file(file: Path, data: bytes) -> None:
    """Write a report so that it is there whole or not at all."""
    from mlsmith.engine.cache import replace_file

    if not file.parent.is_dir():
        raise UserError(f"the folder {file.parent} does not exist", advice="make it, or choose another --output")
    if file.is_dir():
        raise UserError(f"{file} is a folder", advice="--output names a file")
    if file.exists() and not file.is_file():
        file.write_bytes(data)  # A device or a pipe, which cannot be replaced.
        return
    replace_file(file, data, mode=0o666)


def _refuse_contradictions(arguments: Arguments) -> None:
    if "-" in arguments.paths and len(arguments.paths) > 1:
        raise UserError("- stands alone", advice="lint stdin, or files")
    if arguments.stdin_filename is not None and arguments.paths != ("-",):
        raise UserError("--stdin-filename belongs to -", advice="write: mlsmith lint - --stdin-filename NAME")
    if arguments.watch and (arguments.paths == ("-",) or arguments.output or arguments.write_baseline):
        raise UserError("--watch goes with neither -, --output nor --write-baseline")
    if arguments.no_baseline and (arguments.baseline or arguments.write_baseline):
        raise UserError("--no-baseline contradicts --baseline and --write-baseline", advice="choose one")
    if arguments.write_baseline and arguments.since:
        raise UserError("--write-baseline contradicts --since", advice="a baseline holds all that is known")
    if arguments.diff and (arguments.watch or arguments.write_baseline):
        raise UserError("--diff writes nothing", advice="leave out --watch and --write-baseline")


def _start(paths: Sequence[Path]) -> Path:
    """Where to look for the project: what the paths have in common, where that is in one.

    Where it is in none, the folder we are in is the project, if it holds them all, else that of the first. A home and what holds homes
    hold many projects and are none, nor is the folder of temporary files: to read all that for the sake of one would take minutes.
    """
    common = Path(os.path.commonpath(paths))
    _, root, _ = load_settings(common)
    if any((root / name).exists() for name in (".git", *FILES)):
        return common
    here, home = Path.cwd().resolve(), Path.home()
    if not common.is_relative_to(here):
        return paths[0]
    holds_projects = here in (home, *home.parents, Path(os.environ.get("TMPDIR", "/tmp")).resolve())
    return common if holds_projects else here


def _stdin_scene(arguments: Arguments) -> Scene:
    name = arguments.stdin_filename or "stdin.py"
    if kind_of(Path(name).as_posix()) in (None, "text"):
        raise UserError(f"mlsmith does not know what to look for in {name}", advice="--stdin-filename decides")
    file = Path(os.path.abspath(name))
    settings, root, _ = load_settings(file.parent if file.parent.is_dir() else Path.cwd())
    file = file.parent.resolve() / file.name
    if not file.is_relative_to(root):
        raise UnreadableInput(f"{name} is outside the project at {root}", advice="run mlsmith inside its project")
    path = file.relative_to(root).as_posix()
    data = sys.stdin.buffer.read()
    return Scene(root, _with_codes(settings, arguments), (path,), {path: data}, file.parent)


def _with_codes(settings: Settings, arguments: Arguments) -> Settings:
    return with_codes(
        settings,
        select=_codes(arguments.select),
        ignore=_codes(arguments.ignore),
        extend_select=_codes(arguments.extend_select),
    )


def _codes(said: Sequence[str]) -> tuple[str, ...]:
    """`EXP104,TRB` and repeated options alike."""
    return tuple(code for group in said for code in group.replace(",", " ").split())


def _options(arguments: Arguments, kept: Kept | None) -> Options:
    home = arguments.cache_dir and os.path.abspath(arguments.cache_dir)
    return Options(
        jobs=arguments.jobs,
        cache_home=None if arguments.no_cache else home or cache_home(),
        timings=arguments.verbose,
        progress=progress("reading"),
        kept=kept,
    )


def _baseline_file(arguments: Arguments, scene: Scene) -> Path | None:
    if arguments.baseline:
        file = Path(arguments.baseline)
        if not file.is_file():
            raise UnreadableInput(f"the baseline {file} does not exist", advice="make it with --write-baseline")
        return file
    file = scene.root / scene.settings.baseline
    return file if file.is_file() else None


def _write_baseline(arguments: Arguments, scene: Scene, result: LintResult) -> int:
    from mlsmith.debt import baseline

    file = Path(arguments.baseline) if arguments.baseline else scene.root / scene.settings.baseline
    known = [finding for finding in result.findings if finding.status is not Status.SUPPRESSED]
    before = baseline.read(file) if file.is_file() else []
    kept = [entry for entry in before if not scene.covers(entry.path) and (scene.root / entry.path).exists()]
    file.parent.mkdir(parents=True, exist_ok=True)
    baseline.write(file, known, kept=kept)
    note(f"{len(known)} finding{'' if len(known) == 1 else 's'} written to {file}")
    return ExitCode.USAGE if result.errors else ExitCode.OK


def _remember(
    argv: list[str],
    arguments: Arguments,
    scene: Scene,
    kept: Kept,
    history: GitHistory,
    code: int,
    out: bytes,
    said: str,
) -> None:
    from mlsmith.cli.replay import remember
    from mlsmith.cli.reviewed import is_under_review
    from mlsmith.engine.state import save_state
    from mlsmith.rules.catalogue import foreign_sources
    from mlsmith.settings import candidates

    if kept.state is None:
        return
    history_guards = history.guards() if history.asked else []
    if history_guards is None or is_under_review(scene):  # Approvals depend on other branches, and on the time of day.
        save_state(kept.state, kept.folder)
        return
    folder = scene.start if scene.start.is_dir() else scene.start.parent
    depends = {str(place) for place in candidates(folder) if place.name != ".git"}
    depends |= {str(above / ".git") for above in (folder, *folder.parents) if not (above / ".git").exists()}
    depends.add(str(Path(arguments.baseline).resolve() if arguments.baseline else scene.root / scene.settings.baseline))
    depends |= {str(file) for file in history_guards}
    depends |= set(foreign_sources())
    depends |= {str(scene.root / path) for path in scene.paths if path and path not in kept.state.files}
    remember(argv, kept.state, kept.folder, depends_on=depends, exit_code=int(code), out=out, err=said.encode())
