"""One look at a repository: everything between a base and a head that `mlsmith review` speaks about."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.engine.trees import Below, open_working_tree
from mlsmith.errors import GitError
from mlsmith.review.debts import debts_of
from mlsmith.review.history import Branch, Commit, Register, Way
from mlsmith.review.items import Covered, items, links_in, policy_item
from mlsmith.review.judge import Court, Item, Judgement
from mlsmith.review.ledger import FOLDER, Ledger, listed, missing, read_ledger, touched
from mlsmith.review.people import Behind
from mlsmith.review.policy import Policy, policy_in, policy_section, section_of
from mlsmith.review.signing import Checks
from mlsmith.review.versions import LINK, SUBMODULE, Form, Version, committed, on_disk
from mlsmith.settings import FILES, load_settings
from mlsmith.sources.git import Delta, Repository
from mlsmith.sources.tree import RevisionTree

if TYPE_CHECKING:
    from mlsmith.sources.tree import Tree

PROTECTED = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""Where a change is headed, if nobody says: the first of these that exists"""


@dataclass(frozen=True, slots=True)
class Case:
    """What was judged, and how. Paths are relative to the project's root."""

    root: Path
    prefix: str
    """From the repository's root to the project's"""
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
    """Whether it is this change that brings the first policy, or its first signers"""
    debts: tuple[Judgement, ...] = ()
    """Emergencies that were merged and that nobody else has approved yet"""
    drafts: tuple[str, ...] = ()
    """What is not committed: configurations, and approvals"""
    user: str = ""
    """The person who asks, as git knows them"""
    court: Court | None = None

    @property
    def passes(self) -> bool:
        return not self.broken and all(judgement.state.passes for judgement in (*self.judgements, *self.debts))

    @property
    def unreviewed(self) -> int:
        """Configurations that nobody may rely on: not approved, or let through in an emergency that is past due."""
        return len({judgement.item.path for judgement in self.waiting})

    def may_approve(self, judgement: Judgement) -> tuple[str, ...]:
        """The signers who could: none of the authors, no bot, nobody who has approved already."""
        people = self.policy.people
        named = {name: line.key for line in people.lines if not line.is_authority for name in line.principals if not set(name) & set("*?!")}
        taken = {people.person(name) for name in judgement.approvers}
        found: dict[str, str] = {}
        for name, key in named.items():
            person = people.person(name)
            if person not in taken and not self.policy.is_bot(person) and not people.is_behind(person, key, judgement.behind):
                found.setdefault(person, name)
        return tuple(sorted(found.values()))

    @property
    def waiting(self) -> tuple[Judgement, ...]:
        return tuple(judgement for judgement in (*self.judgements, *self.debts) if not judgement.state.passes)


def open_case(start: Path, *, base: str | None = None, head: str | None = None, now: datetime | None = None) -> Case:
    """Judge what differs between the merge base with `base` and `head` (None: the working tree), for the project that `start` is in.

    Raises GitError, SettingsError.
    """
    repository = Repository.require(start)
    against = base or protected(repository)
    tip = repository.rev_parse(head or "HEAD")
    with RevisionTree(repository, _fork(repository, against, tip)) as tree:
        scene = _Scene(repository, tree, project_of(start, repository, tree))
        return _judged(scene, against, tip, working=head is None, now=now or datetime.now(UTC))


def open_history(start: Path, *, since: str, now: datetime | None = None) -> list[Case]:
    """A case for each commit of the branch since a revision that touched a reviewed configuration, oldest first, and one for `HEAD`.

    Each is judged as of its own time, by the policy of its first parent, with the approvals that stand in `HEAD`; the last one has what
    is wrong with the ledger, and the emergencies that are open. Raises GitError, SettingsError.
    """
    repository = Repository.require(start)
    base, tip = repository.rev_parse(since), repository.rev_parse("HEAD")
    with RevisionTree(repository, base) as tree:
        scene = _Scene(repository, tree, project_of(start, repository, tree))
        return list(_steps(scene, since, Way(repository, base, tip), now or datetime.now(UTC)))


def protected(repository: Repository) -> str:
    """The branch that a change is headed for. `HEAD` where there is none of the usual names."""
    for name in PROTECTED:
        try:
            repository.rev_parse(name)
        except GitError:
            continue
        return name
    return "HEAD"


def project_of(start: Path, repository: Repository, tree: RevisionTree) -> Path:
    """The project that a folder is in: the nearest one above it with a policy in the base, so that no change can lead elsewhere."""
    folder = start.resolve()
    while folder.is_relative_to(repository.root):
        prefix = _prefix(folder, repository)
        if any(f"{prefix}{name}" in tree.blobs for name in FILES) and policy_in(_below(tree, prefix)).settings.configs:
            return folder
        folder = folder.parent
    root = load_settings(start)[1]
    return root if root.is_relative_to(repository.root) else repository.root


class _Scene:
    """What stays the same for all that is judged in one go."""

    def __init__(self, repository: Repository, tree: RevisionTree, root: Path) -> None:
        self.repository, self.tree, self.root = repository, tree, root
        self.prefix = _prefix(root, repository)
        self.identity = _identity(repository, tree.revision)
        self.before = _below(tree, self.prefix)

    def local(self, deltas: Iterable[Delta]) -> Iterator[Delta]:
        """What changes in the project, by its own paths; what came from outside of it was added."""
        for delta in deltas:
            if not delta.path.startswith(self.prefix):
                if delta.status == "R" and delta.old_path is not None and delta.old_path.startswith(self.prefix):
                    gone = delta.old_path.removeprefix(self.prefix)
                    yield delta._replace(path=gone, old_path=gone, status="D", new_mode="000000", new_blob="")
                continue
            path = delta.path.removeprefix(self.prefix)
            old = delta.old_path
            if old is not None and not old.startswith(self.prefix):
                yield Delta(path, None, "A", "000000", delta.new_mode, "", delta.new_blob)
            else:
                yield delta._replace(path=path, old_path=None if old is None else old.removeprefix(self.prefix))

    def committed(self, delta: Delta) -> tuple[Version, Version]:
        return committed(self.tree, delta.old_mode, delta.old_blob), committed(self.tree, delta.new_mode, delta.new_blob)

    def on_disk(self, delta: Delta) -> tuple[Version, Version]:
        before = committed(self.tree, delta.old_mode, delta.old_blob)
        if delta.new_mode == SUBMODULE:
            return before, on_disk(str(self.root), delta.path, submodule=delta.new_blob or self._checked_out(delta.path))
        return before, on_disk(os.path.realpath(self.root), delta.path)

    def made(self, item: Item, policy: Policy, commits: list[Commit]) -> list[Commit]:
        """The commits that are behind an item: of those that touch the settings' file, only those that touch the policy in it."""
        if item.path != policy.file:
            return commits
        return [commit for commit in commits if commit.is_merge or any(self._alters_policy(delta) for delta in commit.deltas)] or commits

    def _alters_policy(self, delta: Delta) -> bool:
        if delta.path not in {f"{self.prefix}{name}" for name in FILES}:
            return False
        old, new = self.committed(delta)
        return section_of(_data(old), delta.path) != section_of(_data(new), delta.path)

    def _checked_out(self, path: str) -> str:
        try:
            return Repository(self.root / path).rev_parse("HEAD")
        except GitError:
            return "nothing"

    def links(self, deltas: Iterable[Delta], *, working: bool) -> dict[str, str]:
        """The links of both sides; where one leads elsewhere now, to where it leads now."""
        found = links_in(self.tree, self.prefix)
        for delta in deltas:
            if working and os.path.islink(self.root / delta.path):
                found[delta.path] = os.readlink(self.root / delta.path)
            elif not working and delta.new_mode == LINK:
                found[delta.path] = os.fsdecode(self.tree.read_blob(delta.new_blob))
        return found


def _judged(scene: _Scene, against: str, tip: str, *, working: bool, now: datetime) -> Case:
    repository, prefix, base = scene.repository, scene.prefix, scene.tree.revision
    policy = policy_in(scene.before)
    with RevisionTree(repository, tip) as last:
        committed_head = _below(last, prefix)
        after: Tree = open_working_tree(scene.root) if working else committed_head
        begins = not policy.settings.configs and bool(policy_in(after).settings.configs)
        case = Case(scene.root, prefix, base, against, None if working else tip, policy, scene.identity, (), (), begins)
        if not policy.settings.configs:
            return case
        deltas = list(scene.local(repository.deltas(base, None if working else tip)))
        covered = Covered(policy, scene.links(deltas, working=working))
        found = items(policy, deltas, scene.on_disk if working else scene.committed, covered)
        found += policy_item(policy, policy_section(scene.before), policy_section(after))
        if policy.is_without_signers:
            begins = any(item.path == policy.settings.allowed_signers for item in found)
            found = [item for item in found if item.path != policy.settings.allowed_signers]
        drafts, user = _uncommitted(scene, policy, covered), policy.people.person(_user(repository))
        ledger, way = read_ledger(after), Way(repository, base, tip)
        checks = Checks(policy.people.signers)
        register = Register(policy.people, checks, scene.tree)
        with ThreadPoolExecutor(max_workers=_threads()) as pool:
            commits = {item.path: scene.made(item, policy, way.authors(_names(item, policy, prefix))) for item in found}
            register.look_up((commit for made in commits.values() for commit in made), pool)
            here = Behind(frozenset([user])) if working and user else Behind()
            written = [item.path for item in found if set(drafts) & set(item.paths)]
            behind = {path: register.behind(made) | (here if path in written else Behind()) for path, made in commits.items()}
            court = Court(policy, checks, scene.identity, prefix, ledger, lambda item: behind[item.path], now)
            judged = tuple(pool.map(court.judge, found))
            debts = debts_of(court, scene.tree, set(listed(scene.before)), judged, register, pool)
        broken = _broken(scene, after, ledger, way)
        return replace(case, begins=begins, judgements=judged, broken=broken, debts=debts, drafts=drafts, user=user, court=court)


def _steps(scene: _Scene, since: str, way: Way, now: datetime) -> Iterator[Case]:
    repository, prefix = scene.repository, scene.prefix
    with RevisionTree(repository, way.tip) as last:
        head = _below(last, prefix)
        ledger, branch = read_ledger(head), Branch(way)
        links = links_in(scene.tree, prefix)
        policy, register, checks = _standing(scene, scene.before)
        with ThreadPoolExecutor(max_workers=_threads()) as pool:
            for step in branch.steps:
                deltas = list(scene.local(step.deltas))
                names = {name for delta in deltas for name in (delta.path, delta.old_path) if name}
                rules = bool({*FILES, *policy.parts} & names)
                links |= {one.path: os.fsdecode(scene.tree.read_blob(one.new_blob)) for one in deltas if one.new_mode == LINK}
                covered = Covered(policy, links)
                found = items(policy, deltas, scene.committed, covered) if policy.settings.configs else []
                trees = [_below(RevisionTree(repository, commit), prefix) for commit in (step.parent, step.commit.name)] if rules else []
                if rules and policy.settings.configs:
                    found += policy_item(policy, *(policy_section(tree) for tree in trees))
                if policy.is_without_signers:
                    found = [item for item in found if item.path != policy.settings.allowed_signers]
                if found:
                    made = {item.path: scene.made(item, policy, branch.authors(step, _names(item, policy, prefix))) for item in found}
                    yield _step(scene, (since, step.parent, step.commit), (policy, checks, register, ledger), (found, made), pool)
                for gone in [one.path for one in deltas if one.old_mode == LINK != one.new_mode]:
                    links.pop(gone, None)
                if rules:
                    policy, register, checks = _standing(scene, _below(RevisionTree(repository, step.commit.name), prefix))
            court = Court(policy, checks, scene.identity, prefix, ledger, lambda item: Behind(), now)
            debts = debts_of(court, last, set(listed(head)), (), register, pool) if policy.settings.configs else ()
        broken = _broken(scene, head, ledger, way) if policy.settings.configs else ()
        yield Case(scene.root, prefix, way.tip, since, way.tip, policy, scene.identity, (), broken, False, debts, court=court)


def _step(
    scene: _Scene,
    commits: tuple[str, str, Commit],
    law: tuple[Policy, Checks, Register, Ledger],
    found: tuple[list[Item], dict[str, list[Commit]]],
    pool: ThreadPoolExecutor,
) -> Case:
    since, parent, commit = commits
    policy, checks, register, ledger = law
    changed, made = found
    register.look_up((one for some in made.values() for one in some), pool)
    court = Court(
        policy, checks, scene.identity, scene.prefix, ledger, lambda item: register.behind(made[item.path]), commit.time, past=True
    )
    judged = tuple(pool.map(court.judge, changed))
    return Case(scene.root, scene.prefix, parent, since, commit.name, policy, scene.identity, judged, (), False, court=court)


def _standing(scene: _Scene, tree: Tree) -> tuple[Policy, Register, Checks]:
    """The law at a commit."""
    policy = policy_in(tree)
    checks = Checks(policy.people.signers)
    return policy, Register(policy.people, checks, scene.tree), checks


def _names(item: Item, policy: Policy, prefix: str) -> list[str]:
    """The paths, from the repository's root, that commits must have touched to be behind an item."""
    names = [*item.paths, *FILES] if item.path == policy.file else list(item.paths)
    return [f"{prefix}{name}" for name in dict.fromkeys(names)]


def _broken(scene: _Scene, after: Tree, ledger: Ledger, way: Way) -> tuple[str, ...]:
    """What is wrong with the ledger as such, in words."""
    lost = [f"{path} was changed or deleted; approvals are only ever added" for path in missing(scene.before, after)]
    on_the_way = [
        f"{path} was changed or deleted by a commit on the way; approvals are only ever added" for path in touched(way, scene.prefix)
    ]
    return tuple(dict.fromkeys([*lost, *(f"{path} {what}" for path, what in ledger.damaged), *on_the_way]))


def _uncommitted(scene: _Scene, policy: Policy, covered: Covered) -> tuple[str, ...]:
    """Configurations and approvals that differ from `HEAD`. Git calls a file that was only touched changed, so contents are compared."""
    found = []
    for delta in scene.local(scene.repository.deltas("HEAD")):
        path = delta.path
        if covered(path, delta.new_mode) or covered(path, delta.old_mode) or path.startswith(f"{FOLDER}/") or path in FILES:
            before, after = scene.on_disk(delta)
            alike = path in FILES and section_of(_data(before), path) == section_of(_data(after), path)
            if before != after and not alike:
                found.append(path)
    return tuple(sorted(found))


def _data(version: Version) -> bytes | None:
    return version.data if version.form is Form.FILE else None


def _identity(repository: Repository, commit: str) -> str:
    """The root commit. Raises GitError in a shallow clone, where it cannot be known."""
    if repository.is_shallow:
        raise GitError(
            "this clone is shallow: neither the root commit nor all authors can be known",
            advice="fetch the history, e.g. `git fetch --unshallow`",
        )
    return repository.run("rev-list", "--first-parent", "--max-parents=0", commit).decode().split()[0]


def _fork(repository: Repository, against: str, tip: str) -> str:
    """The one commit at which the change left the branch that it is headed for. Raises GitError where there are two."""
    repository.merge_base(against, tip)  # Says in one line why there is none.
    forks = repository.run("merge-base", "--all", repository.rev_parse(against), tip).decode().split()
    if len(forks) > 1:
        raise GitError(
            f'the change and "{against}" have {len(forks)} merge bases, so that it is not clear whose policy holds',
            advice=f"merge {against} into it first",
        )
    return forks[0]


def _user(repository: Repository) -> str:
    try:
        return repository.run("config", "user.email").decode("utf-8", "replace").strip()
    except GitError:
        return ""


def _prefix(root: Path, repository: Repository) -> str:
    folder = root.relative_to(repository.root).as_posix()
    return "" if folder == "." else f"{folder}/"


def _below(tree: RevisionTree, prefix: str) -> Tree:
    return Below(tree, prefix.removesuffix("/")) if prefix else tree


def _threads() -> int:
    """Each waits for a process most of the time."""
    return min(8, 2 * (os.cpu_count() or 1))
