"""What stands at a path on one side of a change: a file, a link, a submodule, nothing, or something that cannot be read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mlsmith.change import Change, Component, Significance
from mlsmith.errors import SourceError
from mlsmith.revisions.configuration import config_diff
from mlsmith.revisions.meaning import semantic_digest
from mlsmith.sources.regular import blob_id_of, read_regular

if TYPE_CHECKING:
    from mlsmith.revisions.configuration import Touched
    from mlsmith.sources.tree import RevisionTree

LINK, SUBMODULE, NOTHING = "120000", "160000", "000000"
"""Modes in git"""


class Form(StrEnum):
    ABSENT = "nothing"
    FILE = "a file"
    LINK = "a link"
    SUBMODULE = "a submodule"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Version:
    """`data`: the bytes of a file with `\\n` at the ends of lines, the target of a link, the commit of a submodule, git's name of a blob
    that cannot be read.
    """

    form: Form
    data: bytes = b""
    why: str = ""
    """Why it cannot be read"""

    @property
    def shown(self) -> str:
        text = os.fsdecode(self.data)
        if self.form is Form.FILE:
            return f"{len(self.data):,} bytes, sha256 {hashlib.sha256(self.data).hexdigest()[:12]}"
        return {Form.LINK: f"a link to {text}", Form.SUBMODULE: f"a submodule at {text[:12]}"}.get(self.form, self.form.value)


ABSENT = Version(Form.ABSENT)


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a configuration as a statement names it: git's blob, the hash of its bytes, and of what it means; empty blob where
    there is no file.
    """

    blob: str
    sha256: str
    semantic: str


def committed(tree: RevisionTree, mode: str, blob: str) -> Version:
    """The version that a commit has."""
    if mode == NOTHING:
        return ABSENT
    if mode == SUBMODULE:
        return Version(Form.SUBMODULE, blob.encode())
    try:
        data = tree.read_blob(blob)
    except SourceError as error:
        return Version(Form.UNREADABLE, blob.encode(), error.message)
    return Version(Form.LINK, data) if mode == LINK else Version(Form.FILE, data.replace(b"\r\n", b"\n"))


def on_disk(root: str, path: str, *, submodule: str = "") -> Version:
    """The version of the working tree; `submodule`: the commit that one stands at."""
    full = os.path.join(root, path)
    if submodule:
        return Version(Form.SUBMODULE, submodule.encode())
    if os.path.islink(full):
        return Version(Form.LINK, os.fsencode(os.readlink(full)))
    if not os.path.lexists(full):
        return ABSENT
    try:
        return Version(Form.FILE, read_regular(root, path).replace(b"\r\n", b"\n"))
    except SourceError as error:
        return Version(Form.UNREADABLE, b"", error.message)


def side_of(path: str, version: Version) -> Side:
    """Line ends count as `\\n`, as git keeps them: a checkout with others is the same version. What is no file never equals one."""
    if version.form is Form.FILE:
        return Side(blob_id_of(version.data), hashlib.sha256(version.data).hexdigest(), semantic_digest(path, version.data))
    if version.form is Form.ABSENT:
        return Side("", hashlib.sha256(b"").hexdigest(), semantic_digest(path, None))
    marked = hashlib.sha256(f"\0{version.form.value}\0".encode() + version.data).hexdigest()
    blob = blob_id_of(version.data) if version.form is Form.LINK else version.data.decode()
    return Side(blob, marked, marked)


def difference(path: str, old: Version, new: Version, *, moved_from: str | None = None) -> tuple[tuple[Change, ...], tuple[Touched, ...]]:
    """What differs in meaning, and the keys that it touches."""
    if {old.form, new.form} <= {Form.ABSENT, Form.FILE}:
        before, after = (version.data if version.form is Form.FILE else None for version in (old, new))
        return config_diff(path, before, after, moved_from=moved_from)
    if old == new:
        return (), ()
    kind = (
        "added"
        if old.form is Form.ABSENT
        else "removed"
        if new.form is Form.ABSENT
        else "type-changed"
        if old.form != new.form
        else "changed"
    )
    was, now = (None if version.form is Form.ABSENT else version.shown for version in (old, new))
    return (whole_file(path, kind, was, now, moved_from),), ()


def whole_file(path: str, kind: str, old: str | None, new: str | None, moved_from: str | None) -> Change:
    return Change(Component.CONFIGURATION, kind, path, 1, "", "(the whole file)", old, new, Significance.HIGH, moved_from)
