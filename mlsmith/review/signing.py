"""Signatures by `ssh-keygen -Y`: hardware keys, agents and certificates work because OpenSSH knows them."""

from __future__ import annotations

import base64
import binascii
import itertools
import os
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mlsmith.errors import UserError

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

NAMESPACE = "config-approval.mlsmith/v1"
"""An approval cannot be passed off as a signature of anything else, nor the other way round."""

_GIT = "git"


@dataclass(frozen=True, slots=True)
class Signers:
    """The content of an `allowed_signers` file, and of a list of revoked keys (empty: none)."""

    allowed: bytes
    revoked: bytes = b""


def sign(data: bytes, key: Path) -> bytes:
    """The armoured signature of data under the approvals' namespace. Raises UserError."""
    done = _ssh_keygen(["-Y", "sign", "-n", NAMESPACE, "-f", str(key)], data, talk=True)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UserError(
            f"ssh-keygen cannot sign with {key}: {said[-1] if said else 'no reason given'}", advice="name another key with --key"
        )
    return done.stdout


def public_key_of(key: Path) -> str:
    """The type and body of the public half of a key file. Raises UserError."""
    public = key if key.suffix == ".pub" else Path(f"{key}.pub")
    if public.is_file():
        return " ".join(public.read_text(encoding="utf-8", errors="replace").split()[:2])
    done = _ssh_keygen(["-y", "-f", str(key)], b"", talk=True)
    if done.returncode:
        raise UserError(f"{key} is no key that ssh-keygen can read", advice="name one with --key")
    return " ".join(done.stdout.decode("utf-8", "replace").split()[:2])


class Checks:
    """Checks of signatures against one file of signers, from any number of threads."""

    def __init__(self, signers: Signers) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mlsmith-")
        self._numbers = itertools.count()
        self._begun: dict[tuple[str, bytes, bytes, datetime | None], Future[bool]] = {}
        self._signers = self._file("signers", signers.allowed)
        self._revoked = ["-r", self._file("revoked", signers.revoked)] if signers.revoked.strip() else []

    def is_signed_by(self, principal: str, data: bytes, signature: bytes, *, at: datetime | None = None) -> bool:
        """Whether the signature over data is the principal's, by a key that is allowed at that time (now if None).

        Raises UserError where ssh-keygen is missing.
        """
        begun = self._begun.get((principal, data, signature, at))
        return begun.result() if begun is not None else self._is_signed_by(principal, data, signature, at)

    def begin(self, principal: str, data: bytes, signature: bytes, pool: Executor, *, at: datetime | None = None) -> None:
        """Begin a check that will be asked for: each takes a process, and there is other work to do meanwhile."""
        self._begun[principal, data, signature, at] = pool.submit(self._is_signed_by, principal, data, signature, at)

    def _is_signed_by(self, principal: str, data: bytes, signature: bytes, at: datetime | None) -> bool:
        if not principal or principal.startswith("-"):
            return False
        when = ["-O", f"verify-time={at:%Y%m%d%H%M%S}Z"] if at is not None else []
        arguments = ["-Y", "verify", "-n", NAMESPACE, *when, "-I", principal, "-f", self._signers, *self._revoked]
        return self._passes(arguments, data, signature)

    def made_commit(self, commit: bytes) -> str | None:
        """The key that signed a raw commit object, allowed, expired or not: who signed is who did it. None where it is unsigned, or
        the signature is not one over this commit.
        """
        payload, signature = _without_signature(commit)
        key = key_in(signature)
        if key is None or not self._passes(["-Y", "check-novalidate", "-n", _GIT], payload, signature):
            return None
        return key

    def _passes(self, arguments: list[str], data: bytes, signature: bytes) -> bool:
        number = next(self._numbers)
        content, file = self._file(f"{number}.data", data), self._file(f"{number}.sig", signature)
        try:
            with open(content, "rb") as stream:
                return _ssh_keygen([*arguments, "-s", file], stream).returncode == 0
        finally:
            os.unlink(content)
            os.unlink(file)

    def _file(self, name: str, content: bytes) -> str:
        path = os.path.join(self._folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path


def key_in(signature: bytes) -> str | None:
    """The key that an armoured signature names, as type and body; of a certificate, the key that it certifies. None where it is damaged."""
    lines = signature.strip().splitlines()
    if len(lines) < 3 or lines[0].strip() != b"-----BEGIN SSH SIGNATURE-----" or lines[-1].strip() != b"-----END SSH SIGNATURE-----":
        return None
    try:
        blob = base64.b64decode(b"".join(lines[1:-1]), validate=True)
        if blob[:6] != b"SSHSIG":
            return None
        key, _ = _string(blob, 10)
        kind, at = _string(key, 0)
        certified = _CERTIFIED.get(kind.partition(b"-cert-v01")[0]) if b"-cert-v01" in kind else None
        if certified is not None:
            kind = kind.replace(b"-cert-v01", b"")
            _, at = _string(key, at)  # The nonce.
            end = at
            for _ in range(certified):
                _, end = _string(key, end)
            key = struct.pack(">I", len(kind)) + kind + key[at:end]
    except (binascii.Error, struct.error, ValueError):
        return None
    return f"{kind.decode('ascii', 'replace')} {base64.b64encode(key).decode()}"


_CERTIFIED = {
    b"ssh-ed25519": 1, b"ssh-rsa": 2, b"ecdsa-sha2-nistp256": 2, b"ecdsa-sha2-nistp384": 2, b"ecdsa-sha2-nistp521": 2,
    b"sk-ssh-ed25519": 2, b"sk-ecdsa-sha2-nistp256": 3,
}  # fmt: skip
"""Kind of key → fields of the key inside a certificate, after the nonce"""


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    """A string of SSH's wire format, and where it ends."""
    (length,) = struct.unpack_from(">I", data, at)
    end = at + 4 + length
    if end > len(data):
        raise ValueError("is cut off")
    return data[at + 4 : end], end


def _without_signature(commit: bytes) -> tuple[bytes, bytes]:
    """A commit object as it was signed, and the signature."""
    head, _, body = commit.partition(b"\n\n")
    kept: list[bytes] = []
    signature: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        if line.startswith(b"gpgsig "):
            inside = True
            signature.append(line[7:])
        elif inside and line.startswith(b" "):
            signature.append(line[1:])
        else:
            inside = False
            kept.append(line)
    return b"\n".join(kept) + b"\n\n" + body, b"\n".join(signature) + b"\n"


def _ssh_keygen(arguments: list[str], data: bytes | IO[bytes], *, talk: bool = False) -> subprocess.CompletedProcess[bytes]:
    """`talk`: it may ask for a passphrase, or for a touch of a hardware key.

    What stands in an open file is read without a pipe, and of what is said of it only the complaints are kept: there are many such checks.
    """
    environment = {**os.environ, "LC_ALL": "C"}
    if not talk:
        environment.pop("SSH_AUTH_SOCK", None)
        environment |= {"SSH_ASKPASS_REQUIRE": "never"}
    try:
        streams: dict[str, Any] = (
            {"input": data, "stdout": subprocess.PIPE} if isinstance(data, bytes) else {"stdin": data, "stdout": subprocess.DEVNULL}
        )
        done = subprocess.run(["ssh-keygen", *arguments], env=environment, stderr=subprocess.PIPE, check=False, **streams)
    except FileNotFoundError:
        raise UserError("ssh-keygen is not installed", advice=f"install {_WANTED}; it makes and checks the signatures") from None
    if done.returncode and any(
        said in done.stderr for said in (b"illegal option", b"unknown option", b"nvalid option", b"nsupported operation")
    ):
        raise UserError("ssh-keygen is too old to make and check signatures", advice=f"install {_WANTED}")
    return done


_WANTED = "OpenSSH 8.9 or later"
