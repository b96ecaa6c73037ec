"""`mlsmith gate`: the debt score against its limits, and what a change adds against its base."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.cli.streams import wants_colour, width, write_result
from mlsmith.errors import ExitCode, UserError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from mlsmith.cli.lint import Scene
    from mlsmith.debt.baseline import Known
    from mlsmith.debt.gate import Movement, Verdict
    from mlsmith.engine.result import LintResult
    from mlsmith.engine.run import Options
    from mlsmith.settings import GateSettings, Settings
    from mlsmith.sources.git import Repository


class GateFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


@dataclass(frozen=True, slots=True)
class Compared:
    """The project at the base, by the base's own settings, and what changed since."""

    commit: str
    settings: Settings
    before: LintResult
    new: Movement
    fixed: Movement
    new_suppressions: int
    baseline: list[Known]


def gate(
    paths: Annotated[list[str] | None, typer.Argument(help="What to judge; the project by default.", show_default=False)] = None,
    base: Annotated[str, typer.Option("--base", help="Judge what changed since this revision, by its settings.", show_default=False)] = "",
    max_ratio: Annotated[float | None, typer.Option("--max-ratio", help="Highest ratio of debt to development cost.", min=0)] = None,
    min_grade: Annotated[str | None, typer.Option("--min-grade", help="Worst grade that passes, A to E.")] = None,
    max_new_minutes: Annotated[int | None, typer.Option("--max-new-minutes", help="Most minutes of new debt (with --base).", min=0)] = None,
    output_format: Annotated[GateFormat, typer.Option("-f", "--format", help="How to print the verdict.")] = GateFormat.TEXT,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes; 0 for one a processor.", min=0)] = 0,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
) -> int:
    """Pass or fail on the debt score. Example: mlsmith gate --base origin/main --max-new-minutes 30"""
    from mlsmith.cli.arguments import Arguments
    from mlsmith.cli.lint import scene_of
    from mlsmith.reports.gate_report import render

    grade = _grade(min_grade)
    scene = scene_of(Arguments(paths=tuple(paths or ())))
    verdict = judge(scene, base=base or None, limits=_said(max_ratio, grade, max_new_minutes), jobs=jobs, cached=not no_cache)
    text = render(verdict, format=output_format.value, width=width(), colour=wants_colour() and output_format is GateFormat.TEXT)
    write_result(text.encode("utf-8", "backslashreplace"))
    return ExitCode.OK if verdict.passed else ExitCode.NO


def judge(scene: Scene, *, base: str | None, limits: GateSettings, jobs: int = 0, cached: bool = True) -> Verdict:
    """The verdict on a project. Limits said on the command line go before those of the settings. Raises GitError on the base."""
    from mlsmith.debt.gate import Movement, Verdict, conditions, count_of
    from mlsmith.debt.hotspots import hotspots
    from mlsmith.debt.pricing import score
    from mlsmith.engine.history import GitHistory
    from mlsmith.engine.run import Options, lint_working_tree
    from mlsmith.engine.state import cache_home
    from mlsmith.finding import Status

    options = Options(jobs=jobs, cache_home=str(cache_home()) if cached else None)
    compared = _compare(scene, base, options) if base is not None else None
    settings = compared.settings if compared is not None else scene.settings
    history = GitHistory(scene.root)
    result = lint_working_tree(scene.root, settings, paths=scene.paths, history=history, options=options)
    result = _with_baseline(result, scene, settings, compared)
    marks = score(result.findings, result.counts, settings.serving)
    none = Movement((), 0)
    return Verdict(
        score=marks,
        conditions=conditions(
            marks, _merged(settings.gate, limits),
            new_minutes=compared.new.minutes if compared is not None else None,
            new_suppressions=compared.new_suppressions if compared is not None else None,
        ),
        hotspots=hotspots(marks.terms, history.churn() if marks.terms else {}, _glue(result)),
        new=compared.new if compared is not None else none,
        fixed=compared.fixed if compared is not None else none,
        suppressed=count_of(result.findings, Status.SUPPRESSED),
        baseline=count_of(result.findings, Status.BASELINE),
        base=compared.commit if compared is not None else None,
    )  # fmt: skip


def _compare(scene: Scene, base: str, options: Options) -> Compared:
    """Both sides under the base's settings, so that a change cannot loosen the gate that judges it."""
    from mlsmith.cli.flips import changed_behaviour
    from mlsmith.cli.since import renamed_since
    from mlsmith.debt import baseline
    from mlsmith.debt.gate import Movement, count_of
    from mlsmith.engine.run import lint_tree, lint_working_tree
    from mlsmith.engine.trees import open_revision
    from mlsmith.finding import Status
    from mlsmith.sources.git import Repository

    repository = Repository.require(scene.root)
    commit = repository.merge_base(base, "HEAD")
    settings = _settings_at(scene, commit)
    before = lint_tree(partial(open_revision, scene.root, commit), scene.root, settings, paths=scene.paths, options=options)
    after = lint_working_tree(scene.root, settings, paths=scene.paths, options=options)
    names = renamed_since(repository, commit, scene.root)
    there = _exists(scene)
    flipped = changed_behaviour(replace(scene, settings=settings), commit)
    owed = [f for f in (*after.findings, *flipped) if f.status is Status.NEW]
    matched = baseline.match(owed, baseline.known(before.findings), names, exists=there)
    back = {old: new for new, old in names.items()}
    still = [f.with_status(Status.NEW) for f in after.findings]  # What is suppressed now is not mended.
    gone = baseline.match([f for f in before.findings if f.status is Status.NEW], baseline.known(still), back)
    added, removed = _changed_lines(repository, scene, commit, after)
    quiet, was_quiet = ([f.with_status(Status.NEW) for f in side.findings if f.status is Status.SUPPRESSED] for side in (after, before))
    hushed = baseline.match(quiet, baseline.known(was_quiet), names, exists=there)
    return Compared(
        commit, settings, before,
        Movement(tuple(f for f in matched if f.status is Status.NEW), added),
        Movement(tuple(f for f in gone if f.status is Status.NEW), removed),
        count_of(hushed, Status.NEW), _baseline_at(scene, commit, settings),
    )  # fmt: skip


def _settings_at(scene: Scene, commit: str) -> Settings:
    from mlsmith.engine.trees import open_revision
    from mlsmith.errors import SettingsError, SourceError
    from mlsmith.settings import FILES, Settings, load_settings_text

    tree = open_revision(scene.root, commit)
    for name in FILES:
        try:
            text = tree.read(name).decode("utf-8-sig")
        except SourceError:
            continue
        except UnicodeDecodeError:
            raise SettingsError(f"{name} of the base {commit[:12]} is not valid UTF-8", advice="choose a later --base") from None
        if name == "mlsmith.toml" or "[tool.mlsmith" in text:
            return load_settings_text(text, name)
    return Settings()


def _with_baseline(result: LintResult, scene: Scene, settings: Settings, compared: Compared | None) -> LintResult:
    """What is known is not reported: by the baseline of the base where there is one, for a change cannot forgive itself."""
    from mlsmith.cli.since import renamed_here, renamed_since
    from mlsmith.debt import baseline
    from mlsmith.sources.git import Repository

    file = scene.root / settings.baseline
    if compared is not None:
        known, names = compared.baseline, renamed_since(Repository.require(scene.root), compared.commit, scene.root)
    else:
        known, names = baseline.read(file) if file.is_file() else [], renamed_here(scene.root)
    if not known:
        return result
    return replace(result, findings=tuple(baseline.match(result.findings, known, names, exists=_exists(scene))))


def _baseline_at(scene: Scene, commit: str, settings: Settings) -> list[Known]:
    from mlsmith.debt import baseline
    from mlsmith.engine.trees import open_revision
    from mlsmith.errors import SourceError

    try:
        text = open_revision(scene.root, commit).read(settings.baseline).decode("utf-8", "replace")
    except SourceError:
        return []
    return baseline.parse(text, f"{settings.baseline} of the base {commit[:12]}")


def _exists(scene: Scene) -> Callable[[str], bool]:
    return lambda path: path in scene.overlay or (scene.root / path).exists()


def _glue(result: LintResult) -> dict[str, float]:
    return {path: count.glue for path, count in result.counts.items() if count.glue is not None}


def _changed_lines(repository: Repository, scene: Scene, commit: str, after: LintResult) -> tuple[int, int]:
    """Lines of code that came and that went since the commit, untracked files included, moved code not."""
    from mlsmith.debt.lines import brought, code_lines
    from mlsmith.engine.trees import open_revision, open_working_tree
    from mlsmith.errors import SourceError
    from mlsmith.rules.kit.context import Context, context_of_path

    folder = scene.root.relative_to(repository.root).as_posix()
    prefix = "" if folder == "." else f"{folder}/"
    trees = open_revision(scene.root, commit), open_working_tree(scene.root, scene.overlay)
    sides: tuple[list[Counter[str]], list[Counter[str]]] = ([], [])
    for path, how in repository.changed_paths(commit).items():
        names = (how.old_path or path if how.status != "A" else None, path if how.status != "D" else None)
        for name, tree, side in zip(names, trees, sides, strict=True):
            local = name.removeprefix(prefix) if name is not None and name.startswith(prefix) else ""
            counted = context_of_path(local) not in (Context.TEST, Context.VENDORED, Context.GENERATED)
            if local.endswith((".py", ".ipynb")) and counted and (local not in after.counts or after.counts[local].counted):
                with contextlib.suppress(SourceError):
                    side.append(code_lines(tree.read(local), local))
    return brought(*sides), brought(*reversed(sides))


def _grade(text: str | None) -> str | None:
    if text is not None and text.upper() not in tuple("ABCDE"):
        raise UserError(f'"{text}" is no grade', advice="one of A, B, C, D, E")
    return text.upper() if text is not None else None


def _said(max_ratio: float | None, min_grade: str | None, max_new_minutes: int | None) -> GateSettings:
    from mlsmith.settings import GateSettings

    return GateSettings(max_ratio=max_ratio, min_grade=min_grade, max_new_minutes=max_new_minutes)


def _merged(settled: GateSettings, said: GateSettings) -> GateSettings:
    from mlsmith.settings import GateSettings

    def pick(name: str) -> object:
        value = getattr(said, name)
        return getattr(settled, name) if value is None else value

    return GateSettings(**{name: pick(name) for name in GateSettings.__slots__})  # type: ignore[arg-type]
