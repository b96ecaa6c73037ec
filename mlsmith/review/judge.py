"""Which configurations changed between a base and a head, what each change needs, and what it has.

Policy and signers are the base's. Whatever the change brings along (a looser policy, a new signer, an edited approval) is itself under
judgement and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from mlsmith.change import Change
from mlsmith.errors import SourceError
from mlsmith.review.ledger import Approval, Ledger, missing
from mlsmith.review.policy import Demands, Policy, section_of
from mlsmith.review.signing import is_signed_by
from mlsmith.review.statement import Side, Statement, digest_of, side_of
from mlsmith.revisions.configuration import config_changes

if TYPE_CHECKING:
    from mlsmith.sources.git import Changed
    from mlsmith.sources.tree import Tree


class State(StrEnum):
    """What became of one change of a configuration."""

    APPROVED = "approved"
    WAITING = "waiting"
    EMERGENCY = "emergency"
    REJECTED = "rejected"
    REFUSED = "refused"

    @property
    def passes(self) -> bool:
        return self in (State.APPROVED, State.EMERGENCY)


@dataclass(frozen=True)
class Item:
    """One configuration that differs from the base."""

    path: str
    moved_from: str | None
    base: Side
    head: Side
    changes: tuple[Change, ...]
    demands: Demands

    @cached_property
    def diff(self) -> str:
        return digest_of(self.changes)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An item, how it stands, who approved it, and why what else was said about it does not count."""

    item: Item
    state: State
    approvers: tuple[str, ...]
    unsigned: bool
    authors: frozenset[str]
    objections: tuple[str, ...]
    due: str | None = None

    @property
    def lacking(self) -> int:
        return max(0, self.item.demands.approvals - len(self.approvers))


@dataclass(frozen=True)
class Court:
    """Everything that a judgement depends on, but for the item."""

    policy: Policy
    repository: str
    """The root commit"""
    ledger: Ledger
    authors: Callable[[Item], set[str]]
    """The people behind an item's change"""
    now: datetime

    def judge(self, item: Item) -> Judgement:
        """One item against all that the ledger says of it."""
        people, authors = self.policy.people, frozenset(self.authors(item))
        approvers: dict[str, str] = {}
        objections: list[str] = []
        rejected: list[str] = []
        emergencies: list[Statement] = []
        unsigned = False
        for approval in self.ledger.approvals:
            statement = approval.statement
            if statement.path != item.path or not self._is_about(statement, item):
                continue
            person = people.person(statement.approver)
            flaw = self._flaw(approval, item)
            if flaw:
                objections.append(f"the approval by {statement.approver} does not count: {flaw}")
            elif statement.decision == "reject":
                rejected.append(f"{statement.approver}: {statement.reason}")
            elif statement.decision == "emergency":
                emergencies.append(statement)
            elif person in authors and not self.policy.may_itself(statement.approver, item.changes):
                objections.append(f"{statement.approver} is an author of this change and cannot approve it")
            else:
                approvers.setdefault(person, statement.approver)
                unsigned = unsigned or not approval.signature
        state, due, more = self._state(item, len(approvers), rejected, emergencies)
        names = tuple(sorted(approvers.values()))
        return Judgement(item, state, names, unsigned, authors, (*objections, *more), due)

    def _state(self, item: Item, approvals: int, rejected: list[str], emergencies: list[Statement]) -> tuple[State, str | None, list[str]]:
        if item.demands.refusals:
            return State.REFUSED, None, list(item.demands.refusals)
        if rejected:
            return State.REJECTED, None, [f"rejected by {said}" for said in rejected]
        if approvals >= item.demands.approvals:
            return State.APPROVED, None, []
        if emergencies:
            first = min(emergencies, key=lambda statement: statement.created)
            due = _time(first.created) + timedelta(days=self.policy.settings.emergency_due)
            day = due.date().isoformat()
            if self.now <= due:
                return (
                    State.EMERGENCY,
                    day,
                    [f"an emergency, declared by {first.approver}: {first.reason}; a second person must approve by {day}"],
                )
            return State.WAITING, day, [f"the emergency declared by {first.approver} was due for approval on {day}"]
        return State.WAITING, None, []

    def _is_about(self, statement: Statement, item: Item) -> bool:
        """Whether a statement speaks of this very change: from this base to this head."""
        if self.policy.settings.bind == "semantic":
            return (statement.base.semantic, statement.head.semantic) == (item.base.semantic, item.head.semantic)
        return (statement.base.sha256, statement.head.sha256) == (item.base.sha256, item.head.sha256)

    def _flaw(self, approval: Approval, item: Item) -> str:
        statement = approval.statement
        if statement.repository != self.repository:
            return "it was given in another repository"
        if statement.moved_from != item.moved_from or statement.diff != item.diff:
            return "it speaks of another difference"
        if statement.policy != self.policy.digest:
            return "it was given under another policy, or other signers"
        if statement.expires is not None and self.now > _time(statement.expires):
            return f"it expired on {statement.expires[:10]}"
        if approval.signature:
            if not is_signed_by(statement.approver, approval.data, approval.signature, self.policy.people.signers):
                return f"its signature is not {statement.approver}'s, or the key is not allowed, expired or revoked"
        elif self.policy.settings.require_signature:
            return "it is not signed"
        return ""


def items(policy: Policy, changed: Iterable[tuple[str, Changed]], base: Tree, head: Tree) -> list[Item]:
    """The changed configurations that the policy covers, and changes of the policy itself. `changed`: path → how it differs."""
    found: list[Item] = []
    for path, how in changed:
        old_path = path if how.status not in ("A", "R") else how.old_path
        if path == policy.file:
            found += _policy_item(policy, base, head)
        elif policy.covers(path) or (old_path is not None and policy.covers(old_path)):
            before = _read(base, old_path) if old_path is not None else None
            after = _read(head, path) if how.status != "D" else None
            moved = old_path if old_path != path else None
            if before != after or moved:
                changes = config_changes(path, before, after, moved_from=moved) or _moves(path, moved)
                if changes or policy.settings.bind == "bytes":
                    found.append(Item(path, moved, side_of(path, before), side_of(path, after), changes, policy.demands(changes)))
    return sorted(found, key=lambda item: item.path)


def _policy_item(policy: Policy, base: Tree, head: Tree) -> list[Item]:
    """The policy's own part of its settings file; nothing else in that file is under review."""
    before, after = (section_of(_read(tree, policy.file), policy.file) for tree in (base, head))
    changes = config_changes("review.json", before, after)
    if not changes:
        return []
    sides = [side_of("review.json", data) for data in (before, after)]
    named = tuple(
        Change(c.component, c.kind, policy.file, 1, c.symbol, f"review.{c.subject}", c.old, c.new, c.significance) for c in changes
    )
    return [Item(policy.file, None, sides[0], sides[1], named, policy.demands(named))]


def _moves(path: str, moved: str | None) -> tuple[Change, ...]:
    """A configuration that only moved is a change: what loads it loads it by its path."""
    from mlsmith.change import Component, Significance

    if moved is None:
        return ()
    return (Change(Component.CONFIGURATION, "moved", path, 1, "", "(the whole file)", moved, path, Significance.MEDIUM, moved),)


def broken_records(base: Tree, head: Tree, ledger: Ledger) -> list[str]:
    """What is wrong with the ledger as such, in words."""
    lost = [f"{path} was changed or deleted; approvals are only ever added" for path in missing(base, head)]
    return [*lost, *(f"{path} {what}" for path, what in ledger.damaged)]


def _read(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path)
    except SourceError:
        return None


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)  # Long ago: what bears no time has expired.
    return found if found.tzinfo else found.replace(tzinfo=UTC)
