"""A changed file as edits of lines, for programs."""

from __future__ import annotations

import difflib
from typing import Any


def line_edits(before: bytes, after: bytes) -> list[dict[str, Any]]:
    """Edits by 1-based line and column, as findings have them: each replaces whole lines of the file as it was."""
    old = before.decode("utf-8", "replace").splitlines(keepends=True)
    new = after.decode("utf-8", "replace").splitlines(keepends=True)
    return [
        {"start": {"line": first + 1, "column": 1}, "end": {"line": last + 1, "column": 1}, "text": "".join(new[start:end])}
        for tag, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
