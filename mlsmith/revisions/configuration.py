"""What differs between two versions of a configuration file in meaning: typed and by key, whatever its layout.

Comments, the order of keys and formatting are no change. `True` against `1`, `1` against `1.0`, null against absent are changes; NaN
against NaN is none. Elements of lists are matched by content, not by index.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from mlsmith.change import Change, Component, Significance
from mlsmith.regex import regex
from mlsmith.revisions.meaning import Node, meaning_of, shown_scalar, tags_of
from mlsmith.revisions.opaque import shown
from mlsmith.revisions.templates import template_changes

_IDENTITIES = ("name", "id", "key", "_target_", "path", "type", "repo", "uses")
"""Keys by which two versions of one element of a list know each other."""
_NUMBER_AND_UNIT = regex(r"^([-+]?[\d_.,]+(?:[eE][-+]?\d+)?)\s*([A-Za-z%µ/]+)$")


def config_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> tuple[Change, ...]:
    """Changes of meaning from `old` to `new` (None: there is no file), in the order of lines.

    A version that cannot be read, or is data rather than configuration, is compared byte by byte. Raises nothing.
    """
    return config_diff(path, old, new, moved_from=moved_from)[0]


@dataclass(frozen=True, slots=True)
class Touched:
    """One scalar that a change gives, takes or alters: its dotted key, and what stood and stands there (None: nothing)."""

    key: str
    old: Node | None
    new: Node | None


def config_diff(
    path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None
) -> tuple[tuple[Change, ...], tuple[Touched, ...]]:
    """As `config_changes`, with every scalar that is touched: what comes or goes as a whole mapping touches all that is in it.

    Nothing is known to be touched in a version that cannot be read.
    """
    if old == new:
        return (), ()
    before, after = (meaning_of(data, path) for data in (old, new))
    if (old is not None and before is None) or (new is not None and after is None):
        filled_in = template_changes(path, old, new, moved_from=moved_from) if before is after is None and old and new else ()
        return filled_in or (_opaque(path, old, new, moved_from),), ()
    found = [*_compare((), before or Node("mapping"), after or Node("mapping")), *_compare_tags(path, old, new)]
    joined = list(_joined(found))
    changes = sorted((_change(path, one, moved_from) for one in joined), key=lambda change: (change.line, change.subject, change.kind))
    return tuple(changes), tuple(touched for one in joined for touched in _touched(one))


def _touched(difference: _Difference) -> Iterator[Touched]:
    if difference.renamed_from:
        yield from (Touched(".".join(key), node, None) for key, node in _leaves(difference.renamed_from, difference.old))
        yield from (Touched(".".join(key), None, node) for key, node in _leaves(difference.key, difference.new))
        return
    before, after = dict(_leaves(difference.key, difference.old)), dict(_leaves(difference.key, difference.new))
    for key in dict.fromkeys([*before, *after]):
        yield Touched(".".join(key), before.get(key), after.get(key))


def _leaves(key: tuple[str, ...], node: Node | None) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Scalars, and what holds none, below a node."""
    inside = list(_children(node)) if node is not None else []
    if node is not None and not inside:
        yield key, node
    for name, child in inside:
        yield from _leaves((*key, name), child)


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    yield from node.keys.items()
    yield from ((_label(element, index), element) for index, element in enumerate(node.elements))


@dataclass(frozen=True, slots=True)
class _Difference:
    key: tuple[str, ...]
    kind: str
    old: Node | None
    new: Node | None
    renamed_from: tuple[str, ...] = ()


def _compare(key: tuple[str, ...], old: Node, new: Node) -> Iterator[_Difference]:
    if old.kind != new.kind:
        yield _Difference(key, "type-changed", old, new)
    elif old.kind == "mapping":
        for name in [*old.keys, *(name for name in new.keys if name not in old.keys)]:
            one, other = old.keys.get(name), new.keys.get(name)
            here = (*key, name)
            if one is None:
                yield _Difference(here, "added", None, other)
            elif other is None:
                yield _Difference(here, "removed", one, None)
            else:
                yield from _compare(here, one, other)
    elif old.kind == "sequence":
        yield from _compare_lists(key, old, new)
    elif old.is_date != new.is_date:
        yield _Difference(key, "type-changed", old, new)
    elif not _same(old.value, new.value):
        yield _Difference(key, _kind_of_change(old.value, new.value), old, new)


def _same(old: Any, new: Any) -> bool:
    if type(old) is not type(new):
        return False
    return bool(old == new) or (isinstance(old, float) and math.isnan(old) and math.isnan(new))


def _kind_of_change(old: Any, new: Any) -> str:
    if type(old) is not type(new):
        return "type-changed"
    if isinstance(old, (int, float)) and not isinstance(old, bool) and old and new and math.isfinite(old) and math.isfinite(new):
        power = math.log10(abs(new)) - math.log10(abs(old))  # their quotient may be no number any more
        return "scale-changed" if abs(power) >= 1 and abs(power - round(power)) < 1e-9 else "changed"
    if isinstance(old, str):
        one, other = _NUMBER_AND_UNIT.match(old), _NUMBER_AND_UNIT.match(new)
        if one and other and one.group(2) != other.group(2):
            return "unit-changed"
    return "changed"


def _compare_lists(key: tuple[str, ...], old: Node, new: Node) -> Iterator[_Difference]:
    """Equal elements first, then those that know each other by a key, then, one to one, what is left of both."""
    pairs, ours, theirs = _matched(list(range(len(old.elements))), list(range(len(new.elements))), old, new, lambda node: node.canonical)
    known, ours, theirs = _matched(ours, theirs, old, new, _identity)
    kept = [j for _, j in sorted([*pairs, *known])]
    if kept != sorted(kept):
        yield _Difference(key, "reordered", old, new)
    pairs = known
    if len(ours) == len(theirs) and all(old.elements[i].kind == new.elements[j].kind for i, j in zip(ours, theirs, strict=True)):
        pairs += zip(ours, theirs, strict=True)
        ours, theirs = [], []
    for i, j in pairs:
        yield from _compare((*key, _label(new.elements[j], j)), old.elements[i], new.elements[j])
    for i in ours:
        yield _Difference((*key, _label(old.elements[i], i)), "removed", old.elements[i], None)
    for j in theirs:
        yield _Difference((*key, _label(new.elements[j], j)), "added", None, new.elements[j])


def _matched(
    ours: list[int], theirs: list[int], old: Node, new: Node, mark: Callable[[Node], Hashable | None]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Indexes of elements with the same mark, first with first, and what is left of both sides."""
    waiting: dict[Hashable, list[int]] = {}
    for j in reversed(theirs):
        waiting.setdefault(mark(new.elements[j]), []).append(j)
    pairs: list[tuple[int, int]] = []
    rest: list[int] = []
    for i in ours:
        known = mark(old.elements[i])
        if known is not None and waiting.get(known):
            pairs.append((i, waiting[known].pop()))
        else:
            rest.append(i)
    taken = {j for _, j in pairs}
    return pairs, rest, [j for j in theirs if j not in taken]


def _compare_tags(path: str, old: bytes | None, new: bytes | None) -> Iterator[_Difference]:
    """Tags such as `!ENV` change what a loader makes of a text that stays the same."""
    if old is None or new is None:
        return
    one, other = tags_of(path, old), tags_of(path, new)
    if [tag for _, tag in one] != [tag for _, tag in other]:
        was, now = (Node("scalar", tags[0][0] if tags else 1, " ".join(tag for _, tag in tags)) for tags in (one, other))
        yield _Difference(("(tags)",), "changed", was, now)


def _identity(node: Node) -> tuple[str, str] | None:
    for name in _IDENTITIES:
        inner = node.keys.get(name)
        if inner is not None and inner.kind == "scalar":
            return name, shown_scalar(inner.value)
    return None


def _label(node: Node, index: int) -> str:
    known = _identity(node)
    return f"[{known[0]}={known[1]}]" if known else f"[{index}]"


def _joined(found: list[_Difference]) -> Iterator[_Difference]:
    """A key that went and a key of the same value that came are one that was renamed or moved, where there is only one of each."""
    gone = [d for d in found if d.kind == "removed" and d.old is not None]
    come = [d for d in found if d.kind == "added" and d.new is not None]
    taken: set[int] = set()
    for new in come:
        candidates = [old for old in gone if id(old) not in taken and _may_be(old, new)]
        rivals = [other for other in come if any(_may_be(old, other) for old in candidates)]
        if len(candidates) == 1 and len(rivals) == 1:
            taken |= {id(candidates[0]), id(new)}
            kind = "renamed" if candidates[0].key[:-1] == new.key[:-1] else "moved"
            yield replace(new, kind=kind, old=candidates[0].old, renamed_from=candidates[0].key)
    yield from (difference for difference in found if id(difference) not in taken)


def _may_be(old: _Difference, new: _Difference) -> bool:
    """Whether the one may have become the other: equal content, and neighbours or namesakes."""
    assert old.old is not None
    assert new.new is not None
    near = old.key[:-1] == new.key[:-1] or old.key[-1] == new.key[-1]
    return near and old.old.canonical == new.new.canonical


_SIGNIFICANCE = {
    "type-changed": Significance.HIGH, "scale-changed": Significance.HIGH, "unit-changed": Significance.HIGH,
    "reordered": Significance.MEDIUM, "renamed": Significance.MEDIUM, "moved": Significance.MEDIUM,
}  # fmt: skip


def _change(path: str, difference: _Difference, moved_from: str | None) -> Change:
    node = difference.new or difference.old
    assert node is not None
    old = difference.old.shown if difference.old is not None else None
    if difference.renamed_from:
        old = ".".join(difference.renamed_from)
    return Change(
        component=Component.CONFIGURATION, kind=difference.kind, path=path, line=node.line, symbol="", subject=".".join(difference.key),
        old=old, new=difference.new.shown if difference.new is not None else None,
        significance=_SIGNIFICANCE.get(difference.kind, Significance.MEDIUM), moved_from=moved_from,
        rewritten=bool(difference.renamed_from),  # Whoever reads the value may know its new name.
    )  # fmt: skip


def _opaque(path: str, old: bytes | None, new: bytes | None, moved_from: str | None) -> Change:
    """One change for a version whose meaning cannot be told."""
    kind = "added" if old is None else "removed" if new is None else "unreadable"
    return Change(
        component=Component.CONFIGURATION, kind=kind, path=path, line=1, symbol="", subject="(the whole file)", old=shown(old), new=shown(new),
        significance=Significance.HIGH, moved_from=moved_from,
    )  # fmt: skip
