"""One look at a repository: everything between a base and a head that `mlsmith review` speaks about."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.engine.trees import open_working_tree
from mlsmith.review.debts import debts_of
from mlsmith.review.history import Register, Way
from mlsmith.review.items import Covered, items, policy_item
from mlsmith.review.judge import Court, Judgement
from mlsmith.review.ledger import FOLDER, listed, read_ledger
from mlsmith.review.people import Behind
from mlsmith.review.policy import Policy, policy_in, policy_section, section_of
from mlsmith.review.scene import Scene, below, broken_in, data_of, fork_of, names_of, project_of, protected, threads
from mlsmith.review.signing import Checks
from mlsmith.settings import FILES
from mlsmith.sources.git import Changed, Repository
from mlsmith.sources.tree import RevisionTree

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.revisions.effective import Effect
    from mlsmith.sources.tree import Tree


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
    effects: tuple[Effect, ...] | None = None
    """What configurations that are composed of others come to now: for the reader, no part of what is approved. None: not looked at"""
    effects_left: int = 0
    """Configurations that may be composed of a changed one as well, and are too many to be looked at"""
    unreviewed_causes: frozenset[str] = frozenset()
    """Files behind an effect that the policy does not cover"""

    @property
    def passes(self) -> bool:
        return not self.broken and all(judgement.state.passes for judgement in (*self.judgements, *self.debts))

    @property
    def unreviewed(self) -> int:
        """Configurations that nobody may rely on: not approved, or let through in an emergency that is past due."""
        return len({judgement.item.path for judgement in self.waiting})

    @property
    def effects_elsewhere(self) -> tuple[Effect, ...]:
        """Those on configurations that did not change themselves."""
        judged = {judgement.item.path for judgement in self.judgements}
        return tuple(effect for effect in self.effects or () if effect.path not in judged)

    def effect_on(self, path: str) -> tuple[Change, ...]:
        """What a configuration comes to now because of the files that it is composed of."""
        return next((effect.changes for effect in self.effects or () if effect.path == path), ())

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


def open_case(
    start: Path, *, base: str | None = None, head: str | None = None, now: datetime | None = None, with_effects: bool = False
) -> Case:
    """Judge what differs between the merge base with `base` and `head` (None: the working tree), for the project that `start` is in.

    `with_effects`: for a reader, who is told what changes in effect too. Raises GitError, SettingsError.
    """
    repository = Repository.require(start)
    against = base or protected(repository)
    tip = repository.rev_parse(head or "HEAD")
    with RevisionTree(repository, fork_of(repository, against, tip)) as tree:
        scene = Scene(repository, tree, project_of(start, repository, tree))
        return _judged(scene, against, tip, working=head is None, now=now or datetime.now(UTC), with_effects=with_effects)


def _judged(scene: Scene, against: str, tip: str, *, working: bool, now: datetime, with_effects: bool) -> Case:
    repository, prefix, base = scene.repository, scene.prefix, scene.tree.revision
    policy = policy_in(scene.before)
    with RevisionTree(repository, tip) as last:
        committed_head = below(last, prefix)
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
        drafts, user = _uncommitted(scene, policy, covered), policy.people.person(repository.setting("user.email"))
        ledger, way = read_ledger(after), Way(repository, base, tip)
        checks = Checks(policy.people.signers)
        register = Register(policy.people, checks, scene.tree)
        behind: dict[str, Behind] = {}
        court = Court(policy, checks, scene.identity, prefix, ledger, lambda item: behind[item.path], now)
        with ThreadPoolExecutor(max_workers=threads()) as pool:
            court.look_ahead(found, pool)
            commits = {item.path: scene.made(item, policy, way.authors(names_of(item, policy, prefix))) for item in found}
            register.look_up((commit for made in commits.values() for commit in made), pool)
            here = Behind(frozenset([user])) if working and user else Behind()
            written = [item.path for item in found if set(drafts) & set(item.paths)]
            behind |= {path: register.behind(made) | (here if path in written else Behind()) for path, made in commits.items()}
            judged = tuple(pool.map(court.judge, found))
            debts = debts_of(court, scene.tree, set(listed(scene.before)), judged, register, pool)
        broken = broken_in(scene, after, ledger, way)
        case = replace(case, begins=begins, judgements=judged, broken=broken, debts=debts, drafts=drafts, user=user, court=court)
        if not with_effects:
            return case
        from mlsmith.revisions.effective import effects

        changed = {delta.path: Changed(delta.status, delta.old_path if delta.status == "R" else None) for delta in deltas}
        told, left = effects(scene.before, after, changed, covered)
        causes = frozenset(path for effect in told for path in effect.by if not covered(path))
        return replace(case, effects=tuple(told), effects_left=left, unreviewed_causes=causes)


def _uncommitted(scene: Scene, policy: Policy, covered: Covered) -> tuple[str, ...]:
    """Configurations and approvals that differ from `HEAD`. Git calls a file that was only touched changed, so contents are compared."""
    found = []
    for delta in scene.local(scene.repository.deltas("HEAD")):
        path = delta.path
        if covered(path, delta.new_mode) or covered(path, delta.old_mode) or path.startswith(f"{FOLDER}/") or path in FILES:
            before, after = scene.on_disk(delta)
            alike = path in FILES and section_of(data_of(before), path) == section_of(data_of(after), path)
            if before != after and not alike:
                found.append(path)
    return tuple(sorted(found))
