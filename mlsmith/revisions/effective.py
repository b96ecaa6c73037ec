"""What changes in effect where the text of a key does not: a defaults list, or a `_base_`, takes another file now."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from mlsmith.change import Change, Component, Significance
from mlsmith.errors import SourceError
from mlsmith.revisions.composition import Composition, Keys, Source, composition_of, is_composed

if TYPE_CHECKING:
    from mlsmith.sources.git import Changed
    from mlsmith.sources.tree import Tree

_ENDINGS = (".yaml", ".yml")
_MOST = 400
"""Files that may take others, beside and above what changed"""


def effective_changes(old: Tree, new: Tree, changed: Mapping[str, Changed]) -> list[Change]:
    """Keys of composed configurations whose value comes from another file now, and is another one, is new or gone; values that stay what
    they were are one change for each pair of files. What one file says differently is told of that file, and not again here.
    """
    touched = {path for path in changed if path.endswith(_ENDINGS)}
    if not touched:
        return []
    before, after = partial(_data, old), partial(_data, new)
    renamed = {how.old_path: path for path, how in changed.items() if how.status == "R" and how.old_path is not None}
    found: list[Change] = []
    for path in _primaries(new, touched):
        if path in changed and changed[path].status != "M":
            continue
        one, other = composition_of(path, before), composition_of(path, after)
        if one is not None and other is not None and (touched | renamed.keys()) & (one.files | other.files):
            found += _differences(path, one, other, renamed)
    return found


def _data(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path)
    except SourceError:
        return None


def _primaries(tree: Tree, touched: Iterable[str]) -> list[str]:
    folders = set()
    for path in touched:
        folder = posixpath.dirname(path)
        folders.add(folder)
        while folder:
            folder = posixpath.dirname(folder)
            folders.add(folder)
    near = [path for path in tree.paths() if path.endswith(_ENDINGS) and posixpath.dirname(path) in folders]
    return [path for path in near[:_MOST] if is_composed(_data(tree, path) or b"")]


def _differences(path: str, old: Composition, new: Composition, renamed: Mapping[str, str]) -> Iterator[Change]:
    same: dict[tuple[str, str], list[Keys]] = {}
    for key in sorted(old.values.keys() | new.values.keys()):
        if key in old.vague | new.vague:
            continue
        one, other = old.values.get(key), new.values.get(key)
        was = renamed.get(one.path, one.path) if one is not None else ""
        if one is None or other is None:
            file = other.path if other is not None else was
            if file not in (new.files if one is not None else {renamed.get(f, f) for f in old.files}):
                yield _change(path, new.line, "effective-added" if one is None else "effective-removed", key, one, other)
        elif was != other.path:
            if one.node.canonical == other.node.canonical:
                same.setdefault((one.path, other.path), []).append(key)
            else:
                yield _change(path, new.line, "effective-changed", key, one, other)
    for (was, now), keys in same.items():
        named = ", ".join(".".join(key) for key in keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        yield Change(Component.CONFIGURATION, "same-from-elsewhere", path, new.line, "", named, was, now, Significance.LOW)


def _change(path: str, line: int, kind: str, key: Keys, old: Source | None, new: Source | None) -> Change:
    was, now = (f"{source.node.shown} ({source.path})" if source is not None else None for source in (old, new))
    return Change(Component.CONFIGURATION, kind, path, line, "", ".".join(key), was, now, Significance.MEDIUM)
