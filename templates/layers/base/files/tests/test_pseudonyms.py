"""A person's pseudonym is stable under one key, and tells nothing without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from {{ cookiecutter.package }}.privacy import ENVIRONMENT, pseudonym, read_key


def test_a_pseudonym_depends_on_the_key_and_hides_the_value() -> None:
    first, second = bytes(range(32)), bytes(range(1, 33))
    assert pseudonym(4711, key=first) == pseudonym(4711, key=first)
    assert pseudonym(4711, key=first) != pseudonym(4711, key=second)
    assert len({pseudonym(number, key=first) for number in range(2_000)}) == 2_000
    with pytest.raises(ValueError, match="32 are needed"):
        pseudonym(4711, key=b"short")


def test_the_key_comes_from_the_environment_or_a_private_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    made = read_key(tmp_path)
    assert read_key(tmp_path) == made
    assert (tmp_path / "pseudonym.key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv(ENVIRONMENT, "ab" * 32)
    assert read_key(tmp_path) == bytes.fromhex("ab" * 32)


def test_a_key_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "no key")
    with pytest.raises(ValueError, match="not hexadecimal"):
        read_key(tmp_path)
