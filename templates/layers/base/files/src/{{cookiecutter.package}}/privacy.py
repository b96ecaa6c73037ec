"""Pseudonyms: the same person gets the same name, and nobody without the key can tell which person it is."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

ENVIRONMENT = "{{ cookiecutter.package | upper }}_PSEUDONYM_KEY"
_BYTES = 32


def pseudonym(value: object, *, key: bytes) -> str:
    """A keyed name for an identifier: 16 hexadecimal digits, not invertible without `key` (at least 32 bytes)."""
    if len(key) < _BYTES:
        raise ValueError(f"the pseudonym key has {len(key)} bytes; {_BYTES} are needed")
    return hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[:16]


def read_key(folder: Path) -> bytes:
    """The key from the environment (hexadecimal), else from `folder`, where the first call makes one.

    Raises `ValueError` for a key that is not hexadecimal.
    """
    if text := os.environ.get(ENVIRONMENT):
        return _decoded(text, ENVIRONMENT)
    path = folder / "pseudonym.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(_BYTES))
    return _decoded(path.read_text(), str(path))


def _decoded(text: str, source: str) -> bytes:
    try:
        return bytes.fromhex(text.strip())
    except ValueError as error:
        raise ValueError(f"{source} is not hexadecimal; make a key of {_BYTES} random bytes") from error
