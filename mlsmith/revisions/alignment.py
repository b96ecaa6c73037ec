"""Which effect of one version is which of the other: the same step, with other values."""

from __future__ import annotations

import ast
import itertools
from difflib import SequenceMatcher
from typing import Any

from mlsmith.index.scopes import last_word
from mlsmith.revisions.effects import Effect, each
from mlsmith.revisions.program import Form
from mlsmith.revisions.replacing import may_replace

LIKE = 0.6
"""Share of equal effects from which on two definitions with different names are taken for one"""
_MANY = 40_000
"""Pairs of effects beyond which each is compared with its like in order only"""
_DISTANT = 0.15
"""Share of equal inner values up to which two tests or results have nothing to do with each other"""
_CLOSE = 0.5
"""Share of equal values from which on two calls in different places are taken for one"""

_WALKED = 200
"""So many inner values of one effect are looked at"""
_AS_WRITTEN = 0.25
"""What it counts that two effects are written alike: what is read later than before has other values, and is the same step"""
_NAMELESS = frozenset({"return", "if", "loop", "raise", "assert", "with", "try"})
"""Kinds of effects that are many in one function, and called alike"""

Pairs = list[tuple[Effect, Effect]]


def mark(effect: Effect) -> Any:
    """What an effect is, apart from the values in it."""
    if effect.kind == "default":
        return effect.kind, getattr(effect.origin.node, "arg", ""), ""
    value = effect.value("value")
    callee = value.callee if value is not None and effect.kind == "call" else ""
    return effect.kind, effect.label or _field_of(effect.origin.node), callee


def _field_of(node: ast.AST) -> str:
    """Of a call that makes an attribute of a class the attribute: fields are known by their names."""
    up = getattr(node, "up", None)
    if (
        not isinstance(node, ast.Call)
        or not isinstance(up, (ast.Assign, ast.AnnAssign))
        or not isinstance(getattr(up, "up", None), ast.ClassDef)
    ):
        return ""
    target = up.target if isinstance(up, ast.AnnAssign) else up.targets[0]
    return last_word(target)


def likeness(one: Form, other: Form) -> float:
    ours, theirs = ([mark(effect) for effect in each(form.effects)] for form in (one, other))
    if not ours or not theirs:
        return 0.0
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio()


def alike(old: tuple[Effect, ...], new: tuple[Effect, ...]) -> tuple[Pairs, list[Effect], list[Effect]]:
    """Effects that are the same but for their values, in order; and what is left of both sides."""
    anchors = [(-1, -1), *_anchors(old, new), (len(old), len(new))]
    pairs: Pairs = [(old[i], new[j]) for i, j in anchors[1:-1]]
    lost: list[Effect] = []
    got: list[Effect] = []
    for (i1, j1), (i2, j2) in itertools.pairwise(anchors):
        ours, theirs = old[i1 + 1 : i2], new[j1 + 1 : j2]
        same_kind = len(ours) == len(theirs) and all(o.kind == n.kind == "call" for o, n in zip(ours, theirs, strict=True))
        if same_kind and all(may_replace(o, n) and not _are_other_options(o, n) for o, n in zip(ours, theirs, strict=True)):
            pairs += zip(ours, theirs, strict=True)
        else:
            lost += ours
            got += theirs
    return pairs, lost, got


def _anchors(old: tuple[Effect, ...], new: tuple[Effect, ...]) -> list[tuple[int, int]]:
    """Positions of effects of one mark, in order: as many as can be, and of those the most alike."""
    ours, theirs = [mark(one) for one in old], [mark(one) for one in new]
    if len(old) * len(new) > _MANY:
        blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
        return [(i + k, j + k) for i, j, size in blocks for k in range(size)]
    contents = tuple([_content(one) if one.kind in _NAMELESS else frozenset() for one in side] for side in (old, new))
    uneven = {one for one in ours if ours.count(one) != theirs.count(one)}
    crowded = uneven & _crowded(ours, theirs)
    asked = [[_asked(one) for one in side] for side in (old, new)]
    stay = _tested(old) & _tested(new) if any(asked[0]) and any(asked[1]) else set()
    written = [[ast.dump(one.origin.node) for one in side] for side in (old, new)]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    weights: dict[tuple[int, int], float] = {}
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if ours[i] == theirs[j] and not _are_other_options(old[i], new[j]) and not _are_others(asked[0][i], asked[1][j], stay):
                nameless = ours[i][0] in _NAMELESS
                shared = similarity(old[i], new[j]) + (_overlap(contents[0][i], contents[1][j]) if nameless else 0)
                shared += _AS_WRITTEN if written[0][i] == written[1][j] else 0
                others = ours[i][0] == "call" and ours[i] in uneven and not shared and len(_parts(old[i])) + len(_parts(new[j])) > 2
                if not others and (ours[i] not in crowded or shared > _DISTANT):
                    weights[i, j] = (0.5 if nameless else 1) + shared
                    best[i][j] = max(best[i][j], weights[i, j] + best[i + 1][j + 1])
    found = []
    i = j = 0
    while i < len(old) and j < len(new):
        if (i, j) in weights and best[i][j] == weights[i, j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _tested(effects: tuple[Effect, ...]) -> set[bytes | str]:
    """What branches and loops ask, those inside others included."""
    return {key for one in each(effects) for key in _asked(one)}


def _asked(effect: Effect) -> set[bytes | str]:
    """What a branch asks, or a loop goes over: as a value, and as it is written, since it may be read later now."""
    value = effect.value("test") or effect.value("over") if effect.kind in ("if", "loop") else None
    node = getattr(effect.origin.node, "test", None) or getattr(effect.origin.node, "iter", None)
    return {value.digest, *([ast.dump(node)] if node is not None else ())} if value is not None else set()


def _are_others(ours: set[bytes | str], theirs: set[bytes | str], stay: set[bytes | str]) -> bool:
    """Whether two branches ask two things, of which one is asked on both sides: that one has its own counterpart."""
    return not ours & theirs and bool((ours | theirs) & stay)


def _crowded(ours: list[Any], theirs: list[Any]) -> set[Any]:
    """Marks that say little, of which there are several: what they speak of tells which is which."""
    return {one for one in (*ours, *theirs) if one[0] in _NAMELESS and max(ours.count(one), theirs.count(one)) > 1}


def _content(effect: Effect) -> frozenset[Any]:
    """What an effect speaks of, down to the innermost values, and what it does inside."""
    values = [inner for _, value in effect.values for inner in itertools.islice(value.walk(), _WALKED)]
    words = ((inner.kind, inner.label) for inner in values)  # What is read later than before differs by that, and is called the same.
    return frozenset(
        itertools.chain((inner.digest for inner in values), words, (mark(inner) for _, block in effect.blocks for inner in each(block)))
    )


def _overlap(one: frozenset[Any], other: frozenset[Any]) -> float:
    whole = len(one | other)
    return len(one & other) / whole if whole else 0.0


def _are_other_options(one: Effect, other: Effect) -> bool:
    """Whether two calls declare two options of a command line, and not one that was renamed."""
    if mark(one)[2].rpartition(".")[2] not in ("add_argument", "add_option", "option"):
        return False
    ours, theirs = _parts(one), _parts(other)
    names = {ours.get("0"), ours.get("1")} & {theirs.get("0"), theirs.get("1")}
    rest = [{role: digest for role, digest in parts.items() if role not in ("0", "1", "func")} for parts in (ours, theirs)]
    return not names - {None} and rest[0] != rest[1]


def similarity(one: Effect, other: Effect) -> float:
    """Share of equal parts: arguments of a call, what a store or branch speaks of, the effects inside a branch or loop."""
    ours, theirs = _parts(one), _parts(other)
    number = max(len(ours), len(theirs))
    return sum(ours.get(role) == digest for role, digest in theirs.items()) / number if number else 1.0


def _parts(effect: Effect) -> dict[str, Any]:
    value = effect.value("value")
    if effect.kind == "call" and value is not None:
        return {role: part.digest for role, part in value.parts if role not in ("nth", "func")}
    found: dict[str, Any] = {role: part.digest for role, part in effect.values}
    found.update({f"{role} {number}": mark(inner) for role, block in effect.blocks for number, inner in enumerate(block)})
    return found


def find_inside(block: Effect, one: Effect) -> Effect | None:
    """The effect inside a branch or loop that another one is, wherever it stood."""
    inner = [effect for _, body in block.blocks for effect in each(body) if mark(effect) == mark(one)]
    same = next((effect for effect in inner if effect.digest == one.digest), None)
    if same is not None or not inner:
        return same
    written = next((effect for effect in inner if ast.dump(effect.origin.node) == ast.dump(one.origin.node)), None)
    best = max(inner, key=lambda effect: similarity(effect, one))
    return written or best if written is not None or (one.kind == "call" and similarity(best, one) >= _CLOSE) else None
