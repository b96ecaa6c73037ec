"""`mlsmith gate`: the debt score against its limits, and what a change adds against its base."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.cli.streams import wants_colour, width, write_result
from mlsmith.errors import ExitCode, UserError

if TYPE_CHECKING:
    from mlsmith.cli.gate_base import Compared
    from mlsmith.cli.lint import Scene
    from mlsmith.debt.gate import Verdict
    from mlsmith.engine.result import LintResult
    from mlsmith.settings import GateSettings, Settings


class GateFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


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
    from mlsmith.cli.gate_base import compare
    from mlsmith.cli.reviewed import unreviewed_configurations
    from mlsmith.debt.gate import Movement, Verdict, conditions, count_of
    from mlsmith.debt.hotspots import hotspots
    from mlsmith.debt.pricing import score
    from mlsmith.engine.history import GitHistory
    from mlsmith.engine.run import Options, lint_working_tree
    from mlsmith.engine.state import cache_home
    from mlsmith.finding import Status

    options = Options(jobs=jobs, cache_home=str(cache_home()) if cached else None)
    compared = compare(scene, base, options) if base is not None else None
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
            unreviewed=unreviewed_configurations(scene, base, policy=settings.review),
        ),
        hotspots=hotspots(marks.terms, history.churn() if marks.terms else {}, _glue(result)),
        new=compared.new if compared is not None else none,
        fixed=compared.fixed if compared is not None else none,
        suppressed=count_of(result.findings, Status.SUPPRESSED),
        baseline=count_of(result.findings, Status.BASELINE),
        base=compared.commit if compared is not None else None,
    )  # fmt: skip


def _with_baseline(result: LintResult, scene: Scene, settings: Settings, compared: Compared | None) -> LintResult:
    """What is known is not reported: by the baseline of the base where there is one, for a change cannot forgive itself."""
    from mlsmith.cli.gate_base import present
    from mlsmith.cli.since import renamed_here
    from mlsmith.debt import baseline

    file = scene.root / settings.baseline
    if compared is not None:
        known, names = compared.baseline, compared.renamed
    else:
        known, names = baseline.read(file) if file.is_file() else [], renamed_here(scene.root)
    if not known:
        return result
    return result._replace(findings=tuple(baseline.match(result.findings, known, names, exists=present(scene))))


def _glue(result: LintResult) -> dict[str, float]:
    return {path: count.glue for path, count in result.counts.items() if count.glue is not None}


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

    return GateSettings(**{name: pick(name) for name in GateSettings._fields})  # type: ignore[arg-type]
