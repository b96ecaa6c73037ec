"""Which configurations differ between a base and a head, those that links lead to and the policy itself included."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from mlsmith.change import Change
from mlsmith.review.judge import Item
from mlsmith.review.versions import ABSENT, LINK, SUBMODULE, Form, Version, difference, side_of, whole_file
from mlsmith.revisions.configuration import config_diff

if TYPE_CHECKING:
    from mlsmith.review.policy import Policy
    from mlsmith.sources.git import Delta
    from mlsmith.sources.tree import RevisionTree

_READABLE = (".yaml", ".yml", ".json", ".toml")
_HOPS = 5
Versions = Callable[["Delta"], tuple[Version, Version]]


class Covered:
    """What a policy covers: the paths it names, and what the links among them lead to."""

    def __init__(self, policy: Policy, links: dict[str, str]) -> None:
        self._policy = policy
        self._targets = {target for path, text in links.items() if policy.covers_folder(path) for target in _led_to(path, text, links)}

    def __call__(self, path: str, mode: str = "") -> bool:
        if mode in (LINK, SUBMODULE) and self._policy.covers_folder(path):
            return True
        if self._policy.covers(path) or path in self._targets:
            return True
        return any(path.startswith(f"{target}/") for target in self._targets)


def links_in(tree: RevisionTree, prefix: str) -> dict[str, str]:
    """Links of a commit below the project: path → target."""
    found = {}
    for record in tree.repository.run("ls-tree", "-r", "-z", "--full-tree", tree.revision).split(b"\0"):
        head, _, name = record.partition(b"\t")
        path = os.fsdecode(name)
        if head.startswith(LINK.encode()) and path.startswith(prefix):
            found[path.removeprefix(prefix)] = os.fsdecode(tree.read_blob(head.split()[2].decode()))
    return found


def items(policy: Policy, deltas: Iterable[Delta], versions: Versions, covered: Covered) -> list[Item]:
    """The changed configurations that the policy covers."""
    found = []
    for delta in deltas:
        moved = delta.old_path if delta.old_path not in (None, delta.path) else None
        if not (covered(delta.path, delta.new_mode) or covered(delta.path, delta.old_mode) or (moved and covered(moved, delta.old_mode))):
            continue
        before, after = versions(delta)
        item = _item(policy, delta.path, moved, before, after)
        if item is not None:
            found.append(item)
    return sorted(found, key=lambda item: item.path)


def _item(policy: Policy, path: str, moved: str | None, before: Version, after: Version) -> Item | None:
    changes, touched = difference(path, before, after, moved_from=moved)
    if not changes and moved:
        changes = (whole_file(path, "moved", moved, path, moved),)  # What loads it loads it by its path.
    if not changes and before.form != after.form:
        kind, was, now = ("added", None, after.shown) if before.form is Form.ABSENT else ("removed", before.shown, None)
        changes = (whole_file(path, kind, was, now, None),)  # An empty file.
    if not changes and (before == after or policy.settings.bind == "semantic"):
        return None
    if path in policy.parts:
        touched = ()  # No key of a configuration, so that no bot and no rule for keys may have a say.
    demands = policy.demands(changes, touched)
    refusals = [*demands.refusals, *_refusals(policy, path, after, touched, changes)]
    return Item(path, moved, side_of(path, before), side_of(path, after), changes, touched, replace(demands, refusals=tuple(refusals)))


def _refusals(policy: Policy, path: str, after: Version, touched: tuple[object, ...], changes: tuple[Change, ...]) -> list[str]:
    if after.form is Form.UNREADABLE:
        return [f"{path} {after.why}: nobody can have read it"]
    if after.form is not Form.FILE:
        return []
    said = policy.violations(path, after.data)
    opaque = not touched and any(change.kind in ("unreadable", "added") for change in changes) and after.data.strip()
    if opaque and policy.speaks_of_values and path.endswith(_READABLE):
        said.append(f"{path} cannot be read, so that the ranges of its keys cannot be checked")
    return said


def policy_item(policy: Policy, before: bytes | None, after: bytes | None) -> list[Item]:
    """The policy's own settings; nothing else in their file is under review."""
    changes, _ = config_diff("review.json", before, after)
    if not changes:
        return []
    one, other = (side_of("review.json", ABSENT if data is None else Version(Form.FILE, data)) for data in (before, after))
    named = tuple(change._replace(path=policy.file, line=1, subject=f"review.{change.subject}") for change in changes)
    return [Item(policy.file, None, one, other, named, (), policy.demands(named, ()))]


def _led_to(path: str, target: str, links: dict[str, str]) -> list[str]:
    """Where a link leads inside the project, by way of further links."""
    found: list[str] = []
    for _ in range(_HOPS):
        if target.startswith("/"):
            break
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if path.startswith("../") or path in ("..", "."):
            break
        found.append(path)
        if path not in links:
            break
        target = links[path]
    return found
