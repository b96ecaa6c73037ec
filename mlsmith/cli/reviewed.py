"""Changes of configurations without a valid approval, as findings of the rules that speak of reviews."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from mlsmith.cli.streams import note
from mlsmith.errors import GitError, UserError
from mlsmith.finding import number_occurrences
from mlsmith.reports.wording import count
from mlsmith.rules.catalogue import load_rules

if TYPE_CHECKING:
    from mlsmith.cli.lint import Scene
    from mlsmith.engine.result import LintResult
    from mlsmith.finding import Finding
    from mlsmith.review.case import Case
    from mlsmith.review.judge import Judgement
    from mlsmith.rules.kit import Reviewed
    from mlsmith.settings import ReviewSettings
    from mlsmith.sources.git import Repository

_FOLDERS = ("conf/", "config/", "configs/", "configuration/", "params/", "hparams/")


def is_under_review(scene: Scene) -> bool:
    """Whether anything here speaks of a policy, without asking git."""
    return bool(scene.settings.review.configs) or (scene.root / ".mlsmith" / "approvals").is_dir()


def unreviewed(scene: Scene, revision: str | None) -> list[Finding]:
    """Findings on configurations that differ from where the branch left a revision (None: the branch that it is headed for).

    Where that cannot be told, a note says why. Raises UserError where a revision was named.
    """
    if not is_under_review(scene) or scene.overlay or not load_rules(scene.settings).by_hook.get("reviews"):
        return []
    case = _case(scene, revision)
    return findings_of(case, scene, committing="GIT_INDEX_FILE" in os.environ) if case is not None else []


def _case(scene: Scene, revision: str | None) -> Case | None:
    """None where there is no history, or, with a note, where it cannot be judged and nobody has named a revision."""
    from mlsmith.review.case import open_case
    from mlsmith.sources.git import Repository

    if revision is None and not _has_history(Repository.find(scene.root)):
        return None
    try:
        return open_case(scene.root, base=revision)
    except UserError as error:
        if revision is not None:
            raise
        note(f"changes of configurations were not judged: {error}")
        return None


def _has_history(repository: Repository | None) -> bool:
    try:
        return repository is not None and bool(repository.rev_parse("HEAD"))
    except GitError:
        return False


def unreviewed_configurations(scene: Scene, base: str | None, *, policy: ReviewSettings) -> int | None:
    """How many configurations changed without the approvals that the policy of the base asks for; None where it asks for none, or, without
    a base, where that cannot be told. Raises UserError where a base was named.
    """
    if not policy.configs and not is_under_review(scene):
        return None
    case = _case(scene, base)
    return case.unreviewed + len(case.broken) if case is not None and case.policy.settings.configs else None


def findings_of(case: Case, scene: Scene, *, committing: bool = False) -> list[Finding]:
    """What the rules say of a case. `committing`: as a hook of a commit that git makes just now; nobody can have approved what is not
    committed yet, and nobody could if it were stopped.
    """
    told = [one for one in reviewed_in(case) if not (committing and one.state == "waiting" and one.path in case.drafts)]
    told = [one for one in map(partial(_from, scene, case), told) if one is not None]
    speaking = load_rules(scene.settings).by_hook.get("reviews", ())
    found = [finding for rule in speaking for finding in rule.reviews(told)]
    wanted = [finding for finding in found if scene.wants(finding)]
    return number_occurrences(wanted)


def reviewed_in(case: Case) -> list[Reviewed]:
    """A case in the words of rules."""
    from mlsmith.rules.kit import Reviewed

    told = [_told(judgement) for judgement in (*case.judgements, *case.debts)]
    for said in case.broken:
        path, _, what = said.partition(" ")
        told.append(Reviewed(path, 1, (path,), "refused", 0, (), (), (f"it {what}",), record=True))
    return told


def _from(scene: Scene, case: Case, one: Reviewed) -> Reviewed | None:
    """The same by its path in the linted project, where that lies below the one that the policy is of; None where it is outside."""
    if case.root == scene.root:
        return one
    file = case.root / one.path
    return one._replace(path=file.relative_to(scene.root).as_posix()) if file.is_relative_to(scene.root) else None


def _told(judgement: Judgement) -> Reviewed:
    from mlsmith.rules.kit import Reviewed

    item = judgement.item
    line = item.changes[0].line if item.changes else 1
    keys = tuple(dict.fromkeys(change.subject for change in item.changes))
    reasons = tuple(objection.text for objection in judgement.objections)
    return Reviewed(
        item.path, line, keys, judgement.state.value, judgement.lacking, tuple(sorted(judgement.authors)), reasons, judgement.invalid
    )


def hint(scene: Scene, result: LintResult) -> str:
    """One line for a project whose configurations nobody reviews, and that has not said that this is meant; else nothing."""
    if scene.overlay or is_under_review(scene) or not (scene.root / ".git").exists():
        return ""
    number = sum(path.startswith(_FOLDERS) and path.endswith((".yaml", ".yml", ".toml", ".json")) for path in result.counts)
    if not number:
        return ""
    from mlsmith.settings import load_settings

    if any(key.startswith("review.") for key in load_settings(scene.start)[2]):
        return ""
    return f"{count(number, 'configuration file')} may change without review; mlsmith review init puts an end to that (review.configs = [] to this hint)"
