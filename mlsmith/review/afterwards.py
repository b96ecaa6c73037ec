"""A branch judged afterwards, commit by commit, each by the law of its day."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.review.case import Case
from mlsmith.review.debts import debts_of
from mlsmith.review.history import Branch, Register, Way
from mlsmith.review.items import Covered, items, links_in, policy_item
from mlsmith.review.judge import Court, Judgement
from mlsmith.review.ledger import listed, read_ledger
from mlsmith.review.people import Behind
from mlsmith.review.policy import Policy, policy_in, policy_section
from mlsmith.review.scene import Scene, below, broken_in, names_of, project_of, threads
from mlsmith.review.signing import Checks
from mlsmith.review.versions import LINK
from mlsmith.settings import FILES
from mlsmith.sources.git import Repository
from mlsmith.sources.tree import RevisionTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlsmith.review.history import Commit, Step
    from mlsmith.review.judge import Item
    from mlsmith.review.ledger import Ledger
    from mlsmith.sources.git import Delta
    from mlsmith.sources.tree import Tree


def open_history(start: Path, *, since: str, now: datetime | None = None) -> list[Case]:
    """A case for each commit of the branch since a revision that touched a reviewed configuration, oldest first, and one for `HEAD`.

    Each is judged as of its own time, by the policy of its first parent, with the approvals that stand in `HEAD`; the last one has what
    is wrong with the ledger, and the emergencies that are open. Raises GitError, SettingsError.
    """
    repository = Repository.require(start)
    base, tip = repository.rev_parse(since), repository.rev_parse("HEAD")
    with RevisionTree(repository, base) as tree:
        scene = Scene(repository, tree, project_of(start, repository, tree))
        return _judged(scene, since, Way(repository, base, tip), now or datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class _Law:
    """What holds from one commit on."""

    policy: Policy
    register: Register
    checks: Checks


@dataclass(frozen=True, slots=True)
class _Sitting:
    """What one commit changes, who made it, and by which law it is judged."""

    step: Step
    law: _Law
    items: list[Item]
    made: dict[str, list[Commit]]

    def court(self, scene: Scene, ledger: Ledger) -> Court:
        law = self.law
        return Court(
            law.policy, law.checks, scene.identity, scene.prefix, ledger, lambda item: law.register.behind(self.made[item.path]),
            self.step.commit.time, past=True,
        )  # fmt: skip


def _judged(scene: Scene, since: str, way: Way, now: datetime) -> list[Case]:
    with RevisionTree(scene.repository, way.tip) as last, ThreadPoolExecutor(max_workers=threads()) as pool:
        head = below(last, scene.prefix)
        ledger = read_ledger(head)
        sittings, law = _sittings(scene, Branch(way), lambda one: one.court(scene, ledger).look_ahead(one.items, pool))
        courts = [sitting.court(scene, ledger) for sitting in sittings]
        for register, some in _by_register(sittings):
            register.look_up(some, pool)
        pairs = [(court, item) for court, sitting in zip(courts, sittings, strict=True) for item in sitting.items]
        judgements = iter(list(pool.map(lambda pair: pair[0].judge(pair[1]), pairs)))
        cases = []
        for court, sitting in zip(courts, sittings, strict=True):
            judged = tuple(next(judgements) for _ in sitting.items)
            step, policy = sitting.step, sitting.law.policy
            cases.append(
                Case(scene.root, scene.prefix, step.parent, since, step.commit.name, policy, scene.identity, judged, (), False, court=court)
            )
        policy = law.policy
        court = Court(policy, law.checks, scene.identity, scene.prefix, ledger, lambda item: Behind(), now)
        standing: tuple[str, ...] = ()
        debts: tuple[Judgement, ...] = ()
        if policy.settings.configs:
            standing = broken_in(scene, head, ledger, way)
            debts = debts_of(court, last, set(listed(head)), (), law.register, pool)
        return [
            *cases,
            Case(scene.root, scene.prefix, way.tip, since, way.tip, policy, scene.identity, (), standing, False, debts, court=court),
        ]


def _by_register(sittings: list[_Sitting]) -> list[tuple[Register, list[Commit]]]:
    """What is to be looked up in each register: all at once, for each signature takes a process."""
    found: dict[int, tuple[Register, list[Commit]]] = {}
    for sitting in sittings:
        register = sitting.law.register
        found.setdefault(id(register), (register, []))[1].extend(one for some in sitting.made.values() for one in some)
    return list(found.values())


def _sittings(scene: Scene, branch: Branch, begin: Callable[[_Sitting], None]) -> tuple[list[_Sitting], _Law]:
    """What there is to judge, which is begun with as soon as it is found, and the law at the end."""
    links = links_in(scene.tree, scene.prefix)
    law = _law_in(scene, scene.before)
    local = [delta for step in branch.steps for delta in scene.local(step.deltas) if law.policy.covers(delta.path)]
    scene.tree.read_ahead(blob for delta in local for blob in (delta.old_blob, delta.new_blob) if blob.strip("0"))
    found = []
    for step in branch.steps:
        deltas = list(scene.local(step.deltas))
        names = {name for delta in deltas for name in (delta.path, delta.old_path) if name}
        lawful = bool({*FILES, *law.policy.parts} & names)
        links |= {one.path: os.fsdecode(scene.tree.read_blob(one.new_blob)) for one in deltas if one.new_mode == LINK}
        changed = _changed(scene, step, deltas, law.policy, links, lawful=lawful)
        if changed:
            made = {
                item.path: scene.made(item, law.policy, branch.authors(step, names_of(item, law.policy, scene.prefix))) for item in changed
            }
            found.append(_Sitting(step, law, changed, made))
            begin(found[-1])
        for gone in [one.path for one in deltas if one.old_mode == LINK != one.new_mode]:
            links.pop(gone, None)
        if lawful:
            law = _law_in(scene, _at(scene, step.commit.name))
    return found, law


def _changed(scene: Scene, step: Step, deltas: list[Delta], policy: Policy, links: dict[str, str], *, lawful: bool) -> list[Item]:
    if not policy.settings.configs:
        return []
    found = items(policy, deltas, scene.committed, Covered(policy, links))
    if lawful:
        found += policy_item(policy, *(policy_section(_at(scene, commit)) for commit in (step.parent, step.commit.name)))
    signers = policy.settings.allowed_signers if policy.is_without_signers else None
    return [item for item in found if item.path != signers]


def _at(scene: Scene, commit: str) -> Tree:
    return below(RevisionTree(scene.repository, commit), scene.prefix)


def _law_in(scene: Scene, tree: Tree) -> _Law:
    policy = policy_in(tree)
    checks = Checks(policy.people.signers)
    return _Law(policy, Register(policy.people, checks, scene.tree), checks)
