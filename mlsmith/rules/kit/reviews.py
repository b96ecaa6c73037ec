"""Changes of configurations as `mlsmith review` has judged them."""

from __future__ import annotations

from typing import NamedTuple


class Reviewed(NamedTuple):
    """One configuration that differs from the base, or, where `record` is set, one file of the approvals themselves."""

    path: str
    line: int
    """Of the first change, 1-based"""
    keys: tuple[str, ...]
    """What changed in it"""
    state: str
    """approved, waiting, emergency, rejected or refused"""
    lacking: int
    """Approvals that it still needs"""
    authors: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why it stands so"""
    invalid: tuple[str, ...]
    """What is wrong with approvals that were given for it"""
    record: bool = False
