"""What a push brings to a protected branch, as git tells its hook."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TextIO

_PROTECTED = ("refs/heads/main", "refs/heads/master")


def pushes(lines: TextIO) -> Iterator[tuple[str, str]]:
    """(commit, what the branch stands at; empty where it is new) of each push to a protected branch, from the lines that git writes, or
    from the environment in which pre-commit runs its hooks.
    """
    branch = os.environ.get("PRE_COMMIT_REMOTE_BRANCH")
    if branch is not None:
        told = [f"- {os.environ.get('PRE_COMMIT_TO_REF', '')} {branch} {os.environ.get('PRE_COMMIT_FROM_REF', '')}"]
    else:
        told = list(lines) if not lines.isatty() else []
    for line in told:
        words = line.split()
        if len(words) == 4 and words[2] in _PROTECTED and words[1].strip("0"):
            yield words[1], words[3] if words[3].strip("0") else ""
