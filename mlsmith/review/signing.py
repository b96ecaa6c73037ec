"""Signatures by `ssh-keygen -Y`: hardware keys, agents and certificates work because OpenSSH knows them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mlsmith.errors import UserError

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


def is_signed_by(principal: str, data: bytes, signature: bytes, signers: Signers, *, namespace: str = NAMESPACE) -> bool:
    """Whether the signature over data is the principal's, by a key that is allowed now. Raises UserError where ssh-keygen is missing."""
    with tempfile.TemporaryDirectory(prefix="mlsmith-") as folder:
        arguments = ["-Y", "verify", "-n", namespace, "-I", principal, *_files(folder, signature, signers)]
        return _ssh_keygen(arguments, data).returncode == 0


def commit_signer(commit: bytes, signers: Signers) -> str | None:
    """The principal whose key has signed a raw commit object; None where it is unsigned, or signed by nobody who is known."""
    payload, signature = _without_signature(commit)
    if not signature.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        return None
    with tempfile.TemporaryDirectory(prefix="mlsmith-") as folder:
        files = _files(folder, signature, signers)
        found = _ssh_keygen(["-Y", "find-principals", *files[:4]], b"")
        for line in found.stdout.decode("utf-8", "replace").splitlines():
            if _ssh_keygen(["-Y", "verify", "-n", _GIT, "-I", line, *files], payload).returncode == 0:
                return line
    return None


def _files(folder: str, signature: bytes, signers: Signers) -> list[str]:
    names = {"signers": signers.allowed, "signature": signature, "revoked": signers.revoked}
    for name, content in names.items():
        Path(folder, name).write_bytes(content)
    found = ["-f", f"{folder}/signers", "-s", f"{folder}/signature"]
    return [*found, "-r", f"{folder}/revoked"] if signers.revoked.strip() else found


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


def _ssh_keygen(arguments: list[str], data: bytes, *, talk: bool = False) -> subprocess.CompletedProcess[bytes]:
    """`talk`: it may ask for a passphrase, or for a touch of a hardware key."""
    environment = {**os.environ, "LC_ALL": "C"}
    if not talk:
        environment.pop("SSH_AUTH_SOCK", None)
        environment |= {"SSH_ASKPASS_REQUIRE": "never"}
    try:
        return subprocess.run(["ssh-keygen", *arguments], input=data, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        raise UserError("ssh-keygen is not installed", advice="install OpenSSH 8.9 or later; it makes and checks the signatures") from None
