"""Ways to leave a function or a round of a loop that come to the same: at its end, and by a branch before the rest instead of around it."""

from __future__ import annotations

from collections.abc import Iterable

from mlsmith.revisions.effects import Effect, effect
from mlsmith.revisions.values import constant

Effects = tuple[Effect, ...]

_OTHER = {"then": "else", "else": "then"}
_NOTHING = constant(None).digest


def trimmed(effects: Iterable[Effect], leaving: str) -> Effects:
    """Without what leaves at the end, where there is nothing left to do: `return` without a value, or `continue`."""
    kept = list(effects)
    while kept and _leaves(kept[-1], leaving):
        kept.pop()
    if kept and kept[-1].kind == "if":
        last = kept.pop()
        blocks = {role: trimmed(block, leaving) for role, block in last.blocks}
        if any(blocks.values()):
            kept.append(last if blocks == dict(last.blocks) else _with_blocks(last, blocks))
        return tuple(kept) if kept and any(blocks.values()) else trimmed(kept, leaving)
    return tuple(kept)


def brought_together(old: Effects, new: Effects, leaving: str) -> tuple[Effects, Effects]:
    """Both sides with the rest inside a branch, where one leaves before it and the other asks the same around it."""
    return _around(old, _asked_around(new, leaving), leaving), _around(new, _asked_around(old, leaving), leaving)


def _around(effects: Effects, asked: set[bytes], leaving: str) -> Effects:
    for number, one in enumerate(effects):
        role, rest = _guard(one, leaving), effects[number + 1 :]
        test = one.value("test")
        if role is not None and rest and test is not None and test.digest in asked:
            blocks = dict(one.blocks)
            inside = _around(rest, asked, leaving)
            return trimmed((*effects[:number], _with_blocks(one, {role: blocks[role][:-1], _OTHER[role]: inside})), leaving)
    return effects


def _asked_around(effects: Effects, leaving: str) -> set[bytes]:
    """What branches ask that do not leave."""
    branches = [one for one in effects if one.kind == "if"]
    tests = [test.digest for one in branches if _guard(one, leaving) is None for test in (one.value("test"),) if test is not None]
    inner = [_asked_around(block, leaving) for one in branches for _, block in one.blocks]
    return {*tests, *(digest for some in inner for digest in some)}


def _guard(one: Effect, leaving: str) -> str | None:
    """Of a branch that has one block, which leaves at its end: which one that is."""
    blocks = [(role, block) for role, block in one.blocks if block] if one.kind == "if" else []
    return blocks[0][0] if len(blocks) == 1 and _leaves(blocks[0][1][-1], leaving) else None


def _leaves(one: Effect, leaving: str) -> bool:
    value = one.value("value")
    return one.kind == leaving and (value is None or value.digest == _NOTHING)


def _with_blocks(one: Effect, blocks: dict[str, Effects]) -> Effect:
    return effect(one.kind, one.origin, label=one.label, values=one.values, blocks=(("then", blocks["then"]), ("else", blocks["else"])))
