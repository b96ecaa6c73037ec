"""What each change of a configuration needs, and what it has.

Policy and signers are the base's. Whatever the change brings along (a looser policy, a new signer, an edited approval) is itself under
judgement and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from mlsmith.review.people import Behind
from mlsmith.review.policy import Demands, Policy
from mlsmith.review.signing import Checks, key_in
from mlsmith.review.statement import Statement, digest_of
from mlsmith.review.versions import Side

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from mlsmith.change import Change
    from mlsmith.review.ledger import Approval, Ledger
    from mlsmith.revisions.configuration import Touched


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
    touched: tuple[Touched, ...]
    demands: Demands
    said: str = ""
    """The digest of the difference where it is known from a statement, and the versions may be gone"""

    @cached_property
    def diff(self) -> str:
        return self.said or digest_of(self.changes)

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path, *([self.moved_from] if self.moved_from else []))


class Flaw(StrEnum):
    """Whether what is said against an approval is that it is wrong, or only that it came under other circumstances."""

    INVALID = "invalid"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Objection:
    text: str
    flaw: Flaw | None = None
    """None: no approval is at fault"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An item, how it stands, who approved it, and why what else was said about it does not count."""

    item: Item
    state: State
    approvers: tuple[str, ...]
    unsigned: bool
    behind: Behind
    objections: tuple[Objection, ...]
    due: str | None = None

    @property
    def authors(self) -> frozenset[str]:
        return self.behind.people

    @property
    def lacking(self) -> int:
        return max(0, self.item.demands.approvals - len(self.approvers))

    @property
    def invalid(self) -> tuple[str, ...]:
        """What is wrong with approvals that somebody gave, or should have."""
        return tuple(objection.text for objection in self.objections if objection.flaw is Flaw.INVALID)


@dataclass(frozen=True)
class Court:
    """Everything that a judgement depends on, but for the item."""

    policy: Policy
    checks: Checks
    repository: str
    """The root commit"""
    prefix: str
    """From the repository's root to the project's"""
    ledger: Ledger
    behind: Callable[[Item], Behind]
    """Who is behind an item's change"""
    now: datetime
    past: bool = False
    """Whether it is a time gone by that is asked about, keys that were allowed then included"""

    def judge(self, item: Item) -> Judgement:
        """One item against all that the ledger says of it: of each person the last word counts."""
        behind = self.behind(item)
        words: dict[str, Approval] = {}
        objections: list[Objection] = []
        emergencies: list[Statement] = []
        keys: set[str] = set()
        for approval in sorted(self.ledger.about(self.prefix + item.path), key=lambda one: (one.statement.created, one.name)):
            statement = approval.statement
            if not self.is_about(statement, item):
                continue
            key = key_in(approval.signature)
            person = self.policy.people.signer(statement.approver, key)
            flaw = self.flaw(approval, item)
            if flaw:
                objections.append(Objection(f"the approval by {statement.approver} does not count: {flaw.text}", flaw.flaw))
            elif statement.decision == "emergency":
                emergencies.append(statement)
            elif statement.decision == "approve" and (why := self._may_not(person, key, behind, item)):
                objections.append(Objection(f"{statement.approver} {why}", Flaw.INVALID))
            elif person in words or key is None or key not in keys:
                words[person] = approval
                keys |= {key} if key is not None else set()
        rejected = [f"{one.statement.approver}: {one.statement.reason}" for one in words.values() if one.statement.decision == "reject"]
        approvals = [one for one in words.values() if one.statement.decision == "approve"]
        state, due, more = self._state(item, len(approvals), rejected, emergencies)
        names = tuple(sorted(one.statement.approver for one in approvals))
        return Judgement(item, state, names, any(not one.signature for one in approvals), behind, (*objections, *more), due)

    def look_ahead(self, items: list[Item], pool: Executor) -> None:
        """Begin to check the signatures that judging these items will ask for."""
        for item in items:
            for approval in self.ledger.about(self.prefix + item.path):
                if approval.signature and self.is_about(approval.statement, item):
                    self.checks.begin(approval.statement.approver, approval.data, approval.signature, pool, at=self._when)

    @property
    def _when(self) -> datetime | None:
        """When keys must be allowed; None: now."""
        return self.now if self.past else None

    def is_about(self, statement: Statement, item: Item) -> bool:
        """Whether a statement speaks of this very change: from this base to this head."""
        if self.policy.settings.bind == "semantic":
            return (statement.base.semantic, statement.head.semantic) == (item.base.semantic, item.head.semantic)
        return (statement.base.sha256, statement.head.sha256) == (item.base.sha256, item.head.sha256)

    def flaw(self, approval: Approval, item: Item, *, later: bool = False) -> Objection | None:
        """Why an approval of this change does not count. `later`: it may have been given under a policy of another day."""
        statement = approval.statement
        if statement.repository != self.repository:
            return Objection("it was given in another repository", Flaw.INVALID)
        if statement.moved_from != item.moved_from or statement.diff != item.diff:
            return Objection("it speaks of another difference", Flaw.INVALID)
        if not later and statement.policy != self.policy.digest:
            return Objection("it was given under another policy, or other signers", Flaw.STALE)
        if not later and (over := self._ends(statement)) is not None and self.now > over:
            return Objection(f"it expired on {over.date().isoformat()}", Flaw.INVALID)
        if time_of(statement.created) > self.now + timedelta(days=1) and not self.past:
            return Objection("it bears a date that is still to come", Flaw.INVALID)
        if approval.signature:
            if key_in(approval.signature) is None:
                return Objection("its signature is damaged", Flaw.INVALID)
            if not self.checks.is_signed_by(statement.approver, approval.data, approval.signature, at=self._when):
                return Objection(
                    f"its signature is not {statement.approver}'s, or the key is not allowed, expired or revoked", Flaw.INVALID
                )
        elif self.policy.settings.require_signature:
            return Objection("it is not signed", Flaw.INVALID)
        return None

    def _may_not(self, person: str, key: str | None, behind: Behind, item: Item) -> str:
        """Why somebody may not approve a change; empty where nothing is against it."""
        if self.policy.is_bot(person):
            if not self.policy.bot_may(person, item.touched):
                return "is a bot, and may not approve changes of these keys"
            return "" if behind.people == {person} else "is a bot, and may only approve what it changed itself"
        if self.policy.people.is_behind(person, key, behind):
            return "is an author of this change and cannot approve it"
        return ""

    def may_not(self, approver: str, key: str | None, judgement: Judgement) -> str:
        """The same, before anything is signed."""
        return self._may_not(self.policy.people.signer(approver, key), key, judgement.behind, judgement.item)

    def _ends(self, statement: Statement) -> datetime | None:
        """When an approval is void: as it says itself, or as the policy has it, whichever comes first."""
        days = self.policy.settings.expires
        ends = [time_of(statement.expires)] if statement.expires is not None else []
        ends += [time_of(statement.created) + timedelta(days=days)] if days else []
        return min(ends, default=None)

    def _state(
        self, item: Item, approvals: int, rejected: list[str], emergencies: list[Statement]
    ) -> tuple[State, str | None, list[Objection]]:
        if item.demands.refusals:
            return State.REFUSED, None, [Objection(said) for said in item.demands.refusals]
        if rejected:
            return State.REJECTED, None, [Objection(f"rejected by {said}") for said in rejected]
        if approvals >= item.demands.approvals:
            return State.APPROVED, None, []
        if emergencies:
            first = min(emergencies, key=lambda statement: statement.created)
            due = self.due(first)
            day = due.date().isoformat()
            if self.now <= due:
                said = f"an emergency, declared by {first.approver}: {first.reason}; a second person must approve by {day}"
                return State.EMERGENCY, day, [Objection(said)]
            return (
                State.WAITING,
                day,
                [Objection(f"the emergency declared by {first.approver} was due for approval on {day}", Flaw.INVALID)],
            )
        return State.WAITING, None, []

    def due(self, emergency: Statement) -> datetime:
        return time_of(emergency.created) + timedelta(days=self.policy.settings.emergency_due)


def time_of(text: str) -> datetime:
    """A time of a statement; long ago where it bears none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
