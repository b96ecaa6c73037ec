"""A release gives a project another version, and says so in more than one place: a Makefile, a configuration, the address of an image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlsmith.change import Change, Component
from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import Tree

_SAYS_IT = regex(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|package\.json|\.bumpversion\.(?:cfg|toml)|VERSION(?:\.txt)?|CITATION\.cff|__init__\.py"
    r"|_{0,2}(?:version|about)_{0,2}\.py)\Z"
)
_VERSION = regex(
    r"(?:__version__|\bcurrent_version|^[\"' ]*version)[\"']?\s*[:=]\s*[\"']?v?(\d+(?:\.\w+)+)|\A\s*v?(\d+(?:\.\w+)+)\s*\Z", re.MULTILINE
)
_LONG = regex(r"\d\.\w+\.\w")
"""A version by its three numbers: `1.0` may be a learning rate"""
_PART = regex(r"_{0,2}(?:VERSION_)?(?:MAJOR|MINOR|PATCH|MICRO|DEV|PRE)(?:_VERSION)?_{0,2}\Z", re.IGNORECASE)
_WHEEL = regex(r"(?:^|/)dist/\S+\.(?:whl|tar\.gz)\b")
"""What the project itself was built to"""
_OF_VERSIONS = regex(r"version_{0,2}\.py\Z")

Versions = frozenset[tuple[str, str]]
"""(before, after)"""


def _own_versions(old: Tree, new: Tree, changed: Mapping[str, Changed]) -> Versions:
    """What the project was called, and what it is called now, in the files that say so."""
    found = set()
    for path, how in changed.items():
        if how.status == "M" and _SAYS_IT.search(path):
            was, now = next(_said(old, path), ""), next(_said(new, path), "")
            if _LONG.search(was) and now and was != now:
                found.add((was, now))
    return frozenset(found)


def without_releases(changes: list[Change], old: Tree, new: Tree, changed: Mapping[str, Changed]) -> Iterator[Change]:
    """The changes without those that say nothing but what the project is called now; a package that is asked for may have the same version."""
    versions: Versions | None = None
    for change in changes:
        was, now = change.old or "", change.new or ""
        if change.kind == "constant" and _OF_VERSIONS.search(change.path) and _PART.match(change.subject):
            continue
        if (change.component is not Component.PLATFORM or _WHEEL.search(was)) and _LONG.search(was):
            versions = _own_versions(old, new, changed) if versions is None else versions  # Files are read again only for this.
            if any(one in was and was.replace(one, other) == now for one, other in versions):
                continue
        yield change


def _said(tree: Tree, path: str) -> Iterator[str]:
    try:
        text = tree.read(path).decode("utf-8", "replace")
    except SourceError:
        return
    for match in _VERSION.finditer(text):
        yield match[1] or match[2]
