"""One look at a repository: everything between a base and a head that `mlsmith review` speaks about."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.engine.trees import open_revision, open_working_tree
from mlsmith.errors import GitError
from mlsmith.review.judge import Court, Item, Judgement, broken_records, items
from mlsmith.review.ledger import Ledger, read_ledger, touched
from mlsmith.review.people import authors_of
from mlsmith.review.policy import Policy, policy_in
from mlsmith.settings import FILES
from mlsmith.sources.git import Repository

if TYPE_CHECKING:
    from mlsmith.sources.git import Changed

PROTECTED = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""Where a change is headed, if nobody says: the first of these that exists"""


@dataclass(frozen=True, slots=True)
class Case:
    """What was judged, and how."""

    root: Path
    base: str
    """The commit that gives the policy"""
    against: str
    """The name under which the base was found"""
    head: str | None
    """None: the working tree"""
    policy: Policy
    repository: str
    judgements: tuple[Judgement, ...]
    broken: tuple[str, ...]
    """What is wrong with the ledger as such"""
    begins: bool
    """Whether it is this change that brings the first policy"""

    @property
    def passes(self) -> bool:
        return not self.broken and all(judgement.state.passes for judgement in self.judgements)

    @property
    def waiting(self) -> tuple[Judgement, ...]:
        return tuple(judgement for judgement in self.judgements if not judgement.state.passes)


def open_case(root: Path, *, base: str | None = None, head: str | None = None, now: datetime | None = None) -> Case:
    """Judge what differs between the merge base with `base` and `head` (None: the working tree). Raises GitError, SettingsError."""
    repository = Repository.require(root)
    against = base or protected(repository)
    tip = repository.rev_parse(head or "HEAD")
    commit = repository.merge_base(against, tip)
    return _judged(root, repository, (against, commit, tip), working=head is None, now=now or datetime.now(UTC), ledger=None)


def open_history(root: Path, *, since: str, now: datetime | None = None) -> list[Case]:
    """A case for each commit of the branch since a revision that touched a reviewed configuration, oldest first.

    Each is judged by the policy of its first parent, with the approvals that stand in `HEAD`. Raises GitError, SettingsError.
    """
    repository = Repository.require(root)
    start, tip = repository.rev_parse(since), repository.rev_parse("HEAD")
    ledger = read_ledger(open_revision(root, tip))
    policy = policy_in(open_revision(root, start))
    cases: list[Case] = []
    parent, prefix = start, _prefix(root, repository)
    for commit, paths in _steps(repository, start, tip):
        names = [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]
        if any(path == policy.file or policy.covers(path) for path in names):
            revisions = (parent, parent, commit)
            cases.append(_judged(root, repository, revisions, working=False, now=now or datetime.now(UTC), ledger=ledger))
        if {*FILES, policy.settings.allowed_signers, policy.revoked} & set(names):
            policy = policy_in(open_revision(root, commit))
        parent = commit
    return cases


def protected(repository: Repository) -> str:
    """The branch that a change is headed for. `HEAD` where there is none of the usual names."""
    for name in PROTECTED:
        try:
            repository.rev_parse(name)
        except GitError:
            continue
        return name
    return "HEAD"


def _judged(
    root: Path, repository: Repository, revisions: tuple[str, str, str], *, working: bool, now: datetime, ledger: Ledger | None
) -> Case:
    against, base, tip = revisions
    before = open_revision(root, base)
    after = open_working_tree(root) if working else open_revision(root, tip)
    policy = policy_in(before)
    prefix = _prefix(root, repository)
    changed = [
        (path.removeprefix(prefix), _local(how, prefix)) for path, how in _changed(repository, base, None if working else tip, prefix)
    ]
    said = ledger or read_ledger(after)
    identity = _identity(repository)
    user = _user(repository) if working else ""
    court = Court(policy, identity, said, lambda item: _authors(repository, policy, item, (base, tip, prefix), user), now)
    judged = tuple(court.judge(item) for item in items(policy, changed, before, after)) if policy.settings.configs else ()
    broken: list[str] = []
    if policy.settings.configs and ledger is None:
        broken = broken_records(before, after, said)
        broken += [
            f"{path} was changed or deleted by a commit on the way; approvals are only ever added"
            for path in touched(repository, prefix, base, tip)
        ]
    begins = not policy.settings.configs and bool(policy_in(after).settings.configs)
    return Case(root, base, against, None if working else tip, policy, identity, judged, tuple(dict.fromkeys(broken)), begins)


def _identity(repository: Repository) -> str:
    """The root commit. Raises GitError in a shallow clone, where it cannot be known."""
    if repository.is_shallow:
        raise GitError(
            "this clone is shallow: neither the root commit nor all authors can be known",
            advice="fetch the history, e.g. `git fetch --unshallow`",
        )
    return min(repository.run("rev-list", "--max-parents=0", "HEAD").decode().split())


def _authors(repository: Repository, policy: Policy, item: Item, revisions: tuple[str, str, str], user: str) -> set[str]:
    """The people behind an item: of every commit on the way that touched it, merges included, and of what is not committed yet."""
    base, tip, prefix = revisions
    paths = [f"{prefix}{path}" for path in (item.path, item.moved_from) if path]
    commits = repository.run("rev-list", "--full-history", f"{base}..{tip}", "--", *paths).decode().split()
    found = authors_of(repository, commits, policy.people)
    if user and repository.run("status", "--porcelain", "-z", "--untracked-files=all", "--", *paths):
        found.add(policy.people.person(user))
    return found


def _user(repository: Repository) -> str:
    try:
        return repository.run("config", "user.email").decode("utf-8", "replace").strip()
    except GitError:
        return ""


def _prefix(root: Path, repository: Repository) -> str:
    folder = root.relative_to(repository.root).as_posix()
    return "" if folder == "." else f"{folder}/"


def _changed(repository: Repository, base: str, head: str | None, prefix: str) -> list[tuple[str, Changed]]:
    found = repository.changed_paths(base, head)
    return [(path, how) for path, how in found.items() if path.startswith(prefix)]


def _local(how: Changed, prefix: str) -> Changed:
    """A change with its old path as the project knows it; what came from outside of the project was added."""
    if how.old_path is None:
        return how
    if how.old_path.startswith(prefix):
        return how._replace(old_path=how.old_path.removeprefix(prefix))
    return how._replace(status="A", old_path=None)


def _steps(repository: Repository, start: str, tip: str) -> list[tuple[str, list[str]]]:
    """Commits of the branch, oldest first, each with the paths that it changes against its first parent."""
    arguments = ["log", "--first-parent", "--reverse", "-m", "--format=%x00%H", "--name-only", "-z", "--no-renames", "--no-ext-diff"]
    found: list[tuple[str, list[str]]] = []
    for field in repository.run(*arguments, f"{start}..{tip}").split(b"\0"):
        text = os.fsdecode(field).lstrip("\n")
        if len(text) == 40 and not set(text) - set("0123456789abcdef"):
            found.append((text, []))
        elif text and found:
            found[-1][1].append(text)
    return found
