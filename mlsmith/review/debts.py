"""Emergencies that were merged with one person's word: they are debt until a second person approves."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from mlsmith.errors import SourceError
from mlsmith.review.history import introducing
from mlsmith.review.judge import Flaw, Item, Judgement, Objection, State
from mlsmith.review.ledger import place_of
from mlsmith.review.people import Behind
from mlsmith.review.policy import Demands
from mlsmith.review.signing import key_in
from mlsmith.review.versions import ABSENT, Form, Side, Version, difference, side_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mlsmith.review.history import Register
    from mlsmith.review.judge import Court
    from mlsmith.review.ledger import Approval
    from mlsmith.review.statement import Statement
    from mlsmith.sources.tree import RevisionTree


def debts_of(
    court: Court, tree: RevisionTree, merged: Collection[str], judged: Collection[Judgement], register: Register, pool: Executor
) -> tuple[Judgement, ...]:
    """The open emergencies among the approvals that were merged, but for those of changes that are under judgement now."""
    found: dict[tuple[str, str, str], Judgement] = {}
    for approval in court.ledger.approvals:
        statement = approval.statement
        if statement.decision != "emergency" or not statement.path.startswith(court.prefix) or place_of(approval.name) not in merged:
            continue
        path = statement.path.removeprefix(court.prefix)
        same = (path, statement.base.semantic, statement.head.semantic)
        item = _item_of(statement, path, tree)
        if same in found or any(one.item.path == path and court.is_about(statement, one.item) for one in judged):
            continue
        if court.flaw(approval, item, later=True) or _taken_back(item, tree, court.prefix):
            continue
        behind = _behind(court, approval, tree, register, pool)
        if not _approved(court, item, behind):
            found[same] = _debt(court, statement, item, behind)
    return tuple(sorted(found.values(), key=lambda one: one.item.path))


def _debt(court: Court, statement: Statement, item: Item, behind: Behind) -> Judgement:
    due = court.due(statement)
    day = due.date().isoformat()
    over = court.now > due
    said = f"an emergency, declared by {statement.approver} and merged: {statement.reason}; "
    said += f"a second person should have approved by {day}" if over else f"a second person must approve by {day}"
    return Judgement(
        item, State.WAITING if over else State.EMERGENCY, (), False, behind, (Objection(said, Flaw.INVALID if over else None),), day
    )


def _item_of(statement: Statement, path: str, tree: RevisionTree) -> Item:
    """The change that a statement speaks of, as far as its two versions are in the repository."""
    old_path = statement.moved_from or path
    before, after = (_version(side, name, tree) for side, name in ((statement.base, old_path), (statement.head, path)))
    changes, touched = difference(path, before, after, moved_from=statement.moved_from) if before and after else ((), ())
    return Item(path, statement.moved_from, statement.base, statement.head, changes, touched, Demands(1, "high", ()), said=statement.diff)


def _version(side: Side, path: str, tree: RevisionTree) -> Version | None:
    if side == side_of(path, ABSENT):
        return ABSENT
    try:
        version = Version(Form.FILE, tree.read_blob(side.blob).replace(b"\r\n", b"\n"))
    except SourceError:
        return None
    return version if side_of(path, version) == side else None


def _taken_back(item: Item, tree: RevisionTree, prefix: str) -> bool:
    """Whether the configuration is again what it was before."""
    blob = tree.blobs.get(prefix + item.path)
    now = Version(Form.FILE, tree.read_blob(blob).replace(b"\r\n", b"\n")) if blob is not None else ABSENT
    return side_of(item.path, now).semantic == item.base.semantic


def _behind(court: Court, approval: Approval, tree: RevisionTree, register: Register, pool: Executor) -> Behind:
    """Who declared it, and whoever committed that version."""
    key = key_in(approval.signature)
    declared = Behind(frozenset([court.policy.people.signer(approval.statement.approver, key)]), frozenset([key] if key else []))
    blob = approval.statement.head.blob
    if not blob:
        return declared
    commits = introducing(tree.repository, blob, approval.statement.path)
    register.look_up(commits, pool)
    return declared | register.behind(commits)


def _approved(court: Court, item: Item, behind: Behind) -> bool:
    for approval in court.ledger.about(court.prefix + item.path):
        statement = approval.statement
        if statement.decision != "approve" or not court.is_about(statement, item) or court.flaw(approval, item, later=True):
            continue
        key = key_in(approval.signature)
        if not court.policy.people.is_behind(court.policy.people.signer(statement.approver, key), key, behind):
            return True
    return False
