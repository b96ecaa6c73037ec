"""Approving: a statement, signed, and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mlsmith.errors import UserError
from mlsmith.review.ledger import write_approval
from mlsmith.review.signing import public_key_of, sign
from mlsmith.review.statement import Statement
from mlsmith.sources.git import Repository

if TYPE_CHECKING:
    from mlsmith.review.case import Case
    from mlsmith.review.judge import Judgement


@dataclass(frozen=True, slots=True)
class Decided:
    approver: str
    signed: bool
    file: Path


def decide(
    case: Case, judgement: Judgement, decision: str, reason: str, *, key: Path | None = None, now: datetime | None = None
) -> Decided:
    """Approve, reject, or let through in an emergency, with a key (None: git's own). Raises UserError where it would not count."""
    policy, item, court = case.policy, judgement.item, case.court
    assert court is not None
    chosen, approver, public = signer_for(case, judgement, decision, key)
    created = (now or datetime.now(UTC)).replace(microsecond=0)
    days = policy.settings.expires
    statement = Statement(
        repository=case.repository, path=case.prefix + item.path, moved_from=item.moved_from, base=item.base, head=item.head, diff=item.diff,
        policy=policy.digest, decision=decision, approver=approver, reason=reason, created=created.isoformat(),
        expires=(created + timedelta(days=days)).isoformat() if days else None,
    )  # fmt: skip
    signature = sign(statement.to_bytes(), chosen) if chosen and public else b""
    if signature and not court.checks.is_signed_by(approver, statement.to_bytes(), signature):
        raise UserError(
            f"{chosen} may not sign for {approver}: it is not allowed for approvals, expired or revoked",
            advice=f"sign with a key that {policy.settings.allowed_signers} of the base lists",
        )
    return Decided(approver, bool(signature), write_approval(case.root, statement, signature))


def signer_for(case: Case, judgement: Judgement, decision: str, key: Path | None) -> tuple[Path | None, str, str | None]:
    """The key file, the name to sign as, and the key. Raises UserError where they may not decide this."""
    assert case.court is not None
    repository = Repository.require(case.root)
    chosen = key or own_key(repository)
    approver, public = _signing_as(case, chosen, repository)
    why = case.court.may_not(approver, public, judgement) if decision == "approve" else ""
    if why:
        raise UserError(f"{approver} {why}: {judgement.item.path}", advice="ask somebody else, or say --emergency")
    return chosen, approver, public


def _signing_as(case: Case, chosen: Path | None, repository: Repository) -> tuple[str, str | None]:
    """The name to sign with, and the key; no key where the policy does not ask for signatures."""
    settings = case.policy.settings
    public = public_key_of(chosen) if chosen else None
    email = repository.setting("user.email")
    if public is not None and "-cert-v01" in public:
        return _email(repository), public
    approver = case.policy.people.principal_of_key(public, wanted=email) if public else None
    if approver is not None:
        return approver, public
    if chosen and settings.require_signature:
        raise UserError(
            f"{chosen} is not among the allowed signers of the base", advice=f"sign with a key that {settings.allowed_signers} lists there"
        )
    if settings.require_signature:
        raise UserError("there is no key to sign with", advice="name one with --key, or set git's user.signingkey to an SSH key")
    return _email(repository), None


def own_key(repository: Repository) -> Path | None:
    """Git's signing key where it is an SSH key, else the usual one."""
    said = repository.setting("user.signingkey")
    if said and not said.startswith("key::") and Path(said).expanduser().exists():
        return Path(said).expanduser()
    usual = [Path.home() / ".ssh" / name for name in ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_rsa")]
    return next((key for key in usual if key.exists()), None)


def _email(repository: Repository) -> str:
    email = repository.setting("user.email")
    if not email:
        raise UserError("git does not know who you are", advice="set git's user.email")
    return email
