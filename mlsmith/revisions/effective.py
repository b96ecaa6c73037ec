"""What changes in effect where the text of a key does not: a defaults list, or a `_base_`, takes another file now, or a file that is taken
says something else.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlsmith.change import Change, Component, Significance
from mlsmith.revisions.composition import Composition, Keys, Source, composition_of, is_composed
from mlsmith.revisions.reader import Reader

if TYPE_CHECKING:
    from mlsmith.sources.git import Changed
    from mlsmith.sources.tree import Tree

_ENDINGS = (".yaml", ".yml")
_MOST = 400
"""Configurations that are composed in one comparison"""


@dataclass(frozen=True, slots=True)
class Effect:
    """A composed configuration whose values are others now."""

    path: str
    changes: tuple[Change, ...]
    by: tuple[str, ...]
    """The changed files that it is composed of, itself apart"""


def effective_changes(old: Tree, new: Tree, changed: Mapping[str, Changed]) -> list[Change]:
    """Keys of composed configurations whose value comes from another file now, and is another one, is new or gone; values that stay what
    they were are one change for each pair of files. What one file says differently is told of that file, and not again here.
    """
    sides = _Sides(Reader(old), Reader(new), changed)
    primaries = _primaries(new, sides.after, sides.touched) if sides.touched else []
    return [change for path in primaries for change in sides.effect(path, wholly=False).changes]


def effects(old: Tree, new: Tree, changed: Mapping[str, Changed], wanted: Callable[[str], bool]) -> tuple[list[Effect], int]:
    """The wanted configurations that come to something else in effect, whatever file it is that says so, and how many more may be composed
    of a changed file without having been looked at. Those that changed themselves come first.
    """
    after = Reader(new)
    sides = _Sides(Reader(old, other=after, changed={*changed, *_renamed(changed)}), after, changed)
    if not sides.touched:
        return [], 0
    paths = {*old.paths(), *changed} - {path for path, how in changed.items() if how.status == "D"}
    reached = sorted((path for path in _takers(sides, paths) if wanted(path)), key=lambda path: (path not in changed, path))
    found = [sides.effect(path, wholly=True) for path in reached[:_MOST]]
    return [effect for effect in found if effect.changes], len(reached[_MOST:])


class _Sides:
    """Both sides of a comparison."""

    def __init__(self, before: Reader, after: Reader, changed: Mapping[str, Changed]) -> None:
        self.before, self.after, self.changed = before, after, changed
        self.renamed = _renamed(changed)
        self.touched = {path for path in (*changed, *self.renamed) if path.endswith(_ENDINGS)}

    def effect(self, path: str, *, wholly: bool) -> Effect:
        """`wholly`: also what a file says differently that the primary one has taken all along."""
        nothing = Effect(path, (), ())
        if path in self.changed and self.changed[path].status != "M":
            return nothing
        one, other = composition_of(path, self.before), composition_of(path, self.after)
        if one is None or other is None or not self.touched & (one.files | other.files):
            return nothing
        taken = {self.renamed.get(file, file) for file in one.files | other.files} - {path}
        causes = sorted(taken & self.changed.keys())
        others = [file for file in causes if self._says_else(file)]  # Where none does, a comment says where the keys of a file go.
        return Effect(path, tuple(_differences(path, one, other, self.renamed, wholly=wholly)), tuple(others or causes))

    def _says_else(self, path: str) -> bool:
        one, other = self.before.meaning(self.changed[path].old_path or path), self.after.meaning(path)
        return one is None or other is None or one.canonical != other.canonical


def _renamed(changed: Mapping[str, Changed]) -> dict[str, str]:
    return {how.old_path: path for path, how in changed.items() if how.status == "R" and how.old_path is not None}


def _primaries(tree: Tree, reader: Reader, touched: Iterable[str]) -> list[str]:
    """Beside and above what changed."""
    folders = set()
    for path in touched:
        folder = posixpath.dirname(path)
        folders.add(folder)
        while folder:
            folder = posixpath.dirname(folder)
            folders.add(folder)
    near = [path for path in tree.paths() if path.endswith(_ENDINGS) and posixpath.dirname(path) in folders]
    return [path for path in near[:_MOST] if is_composed(reader.data(path) or b"")]


def _takers(sides: _Sides, paths: Iterable[str]) -> set[str]:
    """What may be composed of a changed file, by way of others too: a file that takes another has its name in its text."""
    texts = {path: sides.after.data(path) or b"" for path in paths if path.endswith(_ENDINGS)}
    composed = {path: text for path, text in texts.items() if is_composed(text)}
    wave = sides.touched
    reached = wave & composed.keys()
    while wave:
        names = re.compile(b"|".join(sorted({re.escape(posixpath.basename(path).rpartition(".")[0].encode()) for path in wave})))
        wave = {path for path, text in composed.items() if path not in reached and names.search(text)}
        reached |= wave
    return reached


def _differences(path: str, old: Composition, new: Composition, renamed: Mapping[str, str], *, wholly: bool) -> Iterator[Change]:
    same: dict[tuple[str, str], list[Keys]] = {}
    for key in sorted(old.values.keys() | new.values.keys()):
        if key in old.vague | new.vague:
            continue
        one, other = old.values.get(key), new.values.get(key)
        was = renamed.get(one.path, one.path) if one is not None else ""
        if one is None or other is None:
            file = other.path if other is not None else was
            known = new.files if one is not None else {renamed.get(f, f) for f in old.files}
            if file not in known or (wholly and file != path):
                yield _change(path, new.line, "effective-added" if one is None else "effective-removed", key, one, other)
        elif was != other.path or (wholly and was != path):
            if one.node is not other.node and one.node.canonical != other.node.canonical:
                yield _change(path, new.line, "effective-changed", key, one, other)
            elif was != other.path:
                same.setdefault((one.path, other.path), []).append(key)
    for (was, now), keys in same.items():
        named = ", ".join(".".join(key) for key in keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        yield Change(Component.CONFIGURATION, "same-from-elsewhere", path, new.line, "", named, was, now, Significance.LOW)


def _change(path: str, line: int, kind: str, key: Keys, old: Source | None, new: Source | None) -> Change:
    was, now = (f"{source.node.shown} ({source.path})" if source is not None else None for source in (old, new))
    if old is not None and new is not None and old.path == new.path:
        was = old.node.shown
    return Change(Component.CONFIGURATION, kind, path, line, "", ".".join(key), was, now, Significance.MEDIUM)
