"""`--since REV`: what was there already at a revision is not new."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlsmith.engine.run import lint_tree
from mlsmith.engine.trees import open_revision
from mlsmith.errors import GitError
from mlsmith.finding import Status
from mlsmith.sources.git import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from mlsmith.cli.lint import Scene
    from mlsmith.engine.result import LintResult
    from mlsmith.engine.run import Options


def only_new(result: LintResult, scene: Scene, revision: str, options: Options) -> LintResult:
    """The result with every finding that the revision had, too, in the baseline.

    Both are whole projects under today's rules and settings; unchanged files are analysed once, for
    analyses are kept by content. Raises GitError.
    """
    from mlsmith.debt import baseline

    repository = Repository.require(scene.root)
    commit = repository.rev_parse(revision)
    before = lint_tree(partial(open_revision, scene.root, commit), scene.root, scene.settings, options=options)
    names = renamed_since(repository, commit, scene.root)
    there = scene.overlay.keys() | result.counts.keys()
    come, _ = baseline.compare(
        before.findings, result.findings, names, exists=lambda path: path in there or (scene.root / path).exists()
    )  # fmt: skip
    new = {id(finding) for finding in come}
    found = [f.with_status(Status.BASELINE) if f.status is Status.NEW and id(f) not in new else f for f in result.findings]
    return result._replace(findings=tuple(found))


def renamed_here(root: Path) -> dict[str, str]:
    """New path → old path of what the working tree renamed since `HEAD`; nothing where there is no git or no commit."""
    repository = Repository.find(root)
    if repository is None:
        return {}
    try:
        return renamed_since(repository, repository.rev_parse("HEAD"), root)
    except GitError:
        return {}


def renamed_since(repository: Repository, commit: str, root: Path) -> dict[str, str]:
    """New path → old path, relative to the project's root."""
    prefix = repository.prefix_of(root)
    return {
        path.removeprefix(prefix): changed.old_path.removeprefix(prefix)
        for path, changed in repository.changed_paths(commit).items()
        if changed.status == "R" and changed.old_path is not None and path.startswith(prefix)
    }
