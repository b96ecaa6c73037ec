"""A project against its base: what a change brings, what it mends, and what it hushes, judged by the base's own settings."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mlsmith.cli.flips import changed_behaviour
from mlsmith.cli.reviewed import unreviewed
from mlsmith.cli.since import renamed_since
from mlsmith.debt import baseline
from mlsmith.debt.gate import Movement, count_of
from mlsmith.debt.lines import brought, code_lines
from mlsmith.engine.run import lint_tree, lint_working_tree
from mlsmith.engine.trees import open_revision, open_working_tree
from mlsmith.errors import SettingsError, SourceError
from mlsmith.finding import Status
from mlsmith.settings import FILES, Settings, load_settings_text
from mlsmith.sources.git import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlsmith.cli.lint import Scene
    from mlsmith.debt.baseline import Known
    from mlsmith.engine.result import LintResult
    from mlsmith.engine.run import Options
    from mlsmith.finding import Finding


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
    """What the base's own baseline knew"""
    renamed: dict[str, str]
    """New path → old path"""


def compare(scene: Scene, base: str, options: Options) -> Compared:
    """Both sides under the base's settings, so that a change cannot loosen the gate that judges it."""
    repository = Repository.require(scene.root)
    commit = repository.merge_base(base, "HEAD")
    settings = _settings_at(scene, commit)
    before = lint_tree(partial(open_revision, scene.root, commit), scene.root, settings, paths=scene.paths, options=options)
    after = lint_working_tree(scene.root, settings, paths=scene.paths, options=options)
    names = renamed_since(repository, commit, scene.root)
    there = present(scene)
    judged = scene._replace(settings=settings)
    flipped = [*changed_behaviour(judged, commit), *unreviewed(judged, commit)]
    new, mended = baseline.compare(before.findings, (*after.findings, *flipped), names, exists=there)
    added, removed = _changed_lines(repository, scene, commit, before, after)
    quiet, was_quiet = (_silenced(found) for found in ((*after.findings, *flipped), before.findings))
    hushed = baseline.match(quiet, baseline.known(was_quiet), names, exists=there)
    return Compared(
        commit, settings, before,
        Movement(tuple(new), added), Movement(tuple(mended), removed),
        count_of(hushed, Status.NEW), _baseline_at(scene, commit, settings), names,
    )  # fmt: skip


def present(scene: Scene) -> Callable[[str], bool]:
    """Whether a path of the project is there, linted or not."""
    return lambda path: path in scene.overlay or (scene.root / path).exists()


def _silenced(findings: Iterable[Finding]) -> list[Finding]:
    """What comments suppress, as if they did not: a suppression is what it suppresses."""
    return [finding.with_status(Status.NEW) for finding in findings if finding.status is Status.SUPPRESSED]


def _settings_at(scene: Scene, commit: str) -> Settings:
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


def _baseline_at(scene: Scene, commit: str, settings: Settings) -> list[Known]:
    try:
        text = open_revision(scene.root, commit).read(settings.baseline).decode("utf-8", "replace")
    except SourceError:
        return []
    return baseline.parse(text, f"{settings.baseline} of the base {commit[:12]}")


def _changed_lines(repository: Repository, scene: Scene, commit: str, before: LintResult, after: LintResult) -> tuple[int, int]:
    """Lines of code that came and that went since the commit in what is judged, untracked files included, moved code not."""
    prefix = repository.prefix_of(scene.root)
    trees = open_revision(scene.root, commit), open_working_tree(scene.root, scene.overlay)
    sides: tuple[list[Counter[str]], list[Counter[str]]] = ([], [])
    for path, how in repository.changed_paths(commit).items():
        names = (how.old_path or path if how.status != "A" else None, path if how.status != "D" else None)
        for name, tree, result, side in zip(names, trees, (before, after), sides, strict=True):
            local = name.removeprefix(prefix) if name is not None and name.startswith(prefix) else ""
            judged = result.counts.get(local)
            if judged is not None and judged.counted and local.endswith((".py", ".ipynb")):
                with contextlib.suppress(SourceError):
                    side.append(code_lines(tree.read(local), local))
    return brought(*sides), brought(*reversed(sides))
