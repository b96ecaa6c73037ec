"""Files that are compared by their bytes: data, weights, and whatever nobody here can read."""

from __future__ import annotations

import hashlib

from mlsmith.change import Change, Component, Significance


def whole(
    path: str, old: bytes | None, new: bytes | None, *, component: Component = Component.DATA, significance: Significance = Significance.MEDIUM,
    moved_from: str | None = None,
) -> Change:  # fmt: skip
    """One change for a file that cannot be told in parts."""
    what = "added" if old is None else "removed" if new is None else "changed"
    return Change(
        component=component, kind=f"file {what}", path=path, line=1, symbol="", subject="(the whole file)", old=shown(old), new=shown(new),
        significance=significance, moved_from=moved_from,
    )  # fmt: skip


def unreadable(path: str, line: int, why: str, component: Component, *, old: bool = False) -> Change:
    """One change for a version that says nothing; `old` where it is the earlier one."""
    told = (why, None) if old else (None, why)
    return Change(
        component=component, kind="unreadable", path=path, line=line, symbol="", subject="(the whole file)", old=told[0], new=told[1],
        significance=Significance.HIGH,
    )  # fmt: skip


def shown(data: bytes | None) -> str | None:
    return None if data is None else f"{len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()[:12]}"
