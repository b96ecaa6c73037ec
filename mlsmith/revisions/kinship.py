"""What two values or steps that differ have to do with each other: of one name, one inside the other, told elsewhere."""

from __future__ import annotations

import ast
from difflib import SequenceMatcher

from mlsmith.change import Change
from mlsmith.revisions.calls import READS
from mlsmith.revisions.effects import Effect
from mlsmith.revisions.parts import stable
from mlsmith.revisions.values import Origin, Value
from mlsmith.revisions.wording import argument_as_written, is_literal
from mlsmith.rules.kit.context import module_name_of

TOLD_ELSEWHERE = frozenset({"definition", "after", "closure", "bound"})
_MOST = 2_000
"""Elements of a list that are put side by side"""
DISPLAYS = ("Dict", "List", "Tuple", "Set")


def is_turned(old: Effect, new: Effect) -> bool:
    """Whether a branch is told by the opposite of its test now, as `x is not None` is by `x is None`."""
    ours, theirs = dict(old.blocks), dict(new.blocks)
    tests = [test.digest for test in (old.value("test"), new.value("test")) if test is not None]
    if old.kind != "if" or len(set(tests)) == 1:
        return False
    return any(ours[one] and ours[one] == theirs[other] for one, other in (("then", "else"), ("else", "then")))


def turned(branch: Effect) -> dict[str, tuple[Effect, ...]]:
    blocks = dict(branch.blocks)
    return {"then": blocks["else"], "else": blocks["then"]}


def are_one_by_one(ours: list[tuple[str, Value]], theirs: list[tuple[str, Value]]) -> bool:
    """Whether two mappings have the same keys in the same places."""
    keys = [[part.digest for role, part in side if role.startswith("keys")] for side in (ours, theirs)]
    return keys[0] == keys[1]


def are_shifted(ours: list[tuple[str, Value]], theirs: list[tuple[str, Value]]) -> bool:
    """Whether two lists of one length have more in common in other places than in the same: one came where another went."""
    before, after = ([part.digest for _, part in side] for side in (ours, theirs))
    same = sum(one == other for one, other in zip(before, after, strict=False))
    if len(before) != len(after) or not 2 < len(before) <= _MOST or same >= len(before) - 1 or sorted(before) == sorted(after):
        return False
    return sum(block.size for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()) > same


def holds(one: Value, other: Value) -> bool:
    """Whether a value was taken into another of its kind, or out of it: `a + b` and `a + b + 1`, `a[b]` and `a[b][c]`.

    Of choices one came around another, or before it, where a test that one side asks first is asked later on the other.
    """
    if one.kind == "either":
        ours, theirs = _asked(one), _asked(other)
        return bool(ours) and bool(theirs) and ours[0] != theirs[0] and (ours[0] in theirs or theirs[0] in ours)
    if one.kind not in ("operation", "item"):
        return False
    return any(part.digest == other.digest for _, part in stable(one)) or any(part.digest == one.digest for _, part in stable(other))


def are_others(old: Value, new: Value, changes: list[Change], subject: str) -> bool:
    """Whether two operations have no operand in common, as they are written too, so that one line for each says less than both as a whole.

    Numbers apart. `changes`: what would be told of the operands, of each one thing.
    """
    ours, theirs = _operands(old), _operands(new)
    if len(ours) < 2 or not len(changes) == len(ours) == len(theirs) or any(one == other for one, other in zip(ours, theirs, strict=True)):
        return False
    plain = all(is_literal(change.old) and is_literal(change.new) for change in changes)
    return not plain and all(change.subject == subject and change.old is not None and change.new is not None for change in changes)


def _operands(value: Value) -> list[str]:
    """What an operation is of, as it stands in the source."""
    node = value.origin.node if value.kind == "operation" and value.origin is not None else None
    if isinstance(node, ast.BinOp):
        return [ast.dump(node.left), ast.dump(node.right)]
    if isinstance(node, ast.Compare):
        return [ast.dump(one) for one in (node.left, *node.comparators)]
    return [ast.dump(one) for one in node.values] if isinstance(node, ast.BoolOp) else []


def _asked(value: Value) -> list[bytes]:
    """What a choice asks, from the outside."""
    test = value.part("if") if value.kind == "either" else None
    inner = [digest for part in (value.part("then"), value.part("else")) if part is not None for digest in _asked(part)]
    return [test.digest, *inner] if test is not None else []


def stands_in(place: Origin, origin: Origin) -> bool:
    """Whether a value is written in the definition that an effect belongs to, and not in one that is told with it."""
    return place.place == origin.place and not isinstance(place.node, (ast.arg, ast.Name))


def pair_by_name(ours: dict[str, Value], theirs: dict[str, Value], call: Value) -> None:
    """Take out what is given by its place on one side, and by a keyword of its own name on the other: `f(seed)` and `f(seed=seed)`."""
    for role in [role for role in ours if role.isdigit() and role not in theirs]:
        for keyword in [name for name in theirs if not name.isdigit() and name not in ours]:
            named = argument_as_written(call, keyword).rpartition(".")[2].lstrip("_") == keyword
            if named and role in ours and theirs[keyword].digest == ours[role].digest:
                del ours[role], theirs[keyword]


def digests(arguments: dict[str, Value]) -> list[bytes]:
    return [value.digest for value in arguments.values()]


def is_inside(place: Origin | None, origin: Origin | None) -> bool:
    return place is None or origin is None or origin.line <= place.line <= getattr(origin.node, "end_lineno", origin.line)


def is_of_one_name(one: Value, other: Value) -> bool:
    """Whether one side knows a definition by its name only, because the other has changed or added it, or still has it."""
    name, definition = (one, other) if one.kind in ("name", "global") else (other, one)
    if definition.kind != "definition" or definition.origin is None:
        return False
    if name.kind == "global":  # Nobody defines it in that file any more, or not yet.
        return name.origin is not None and (name.origin.path, name.label) == definition.origin.place
    module, _, last = name.name.rpartition(".")
    return last == definition.origin.scope and module == module_name_of(definition.origin.path)


def defined(value: Value) -> Value | None:
    """The definition that a value is, or that it is a method of."""
    return value.part("is") if value.kind == "bound" else value if value.kind == "definition" else None


def is_told(value: Value) -> bool:
    """Whether a difference inside shows at an effect or a definition of its own."""
    return (value.kind == "call" and value.callee not in READS) or value.kind in TOLD_ELSEWHERE


def are_lambdas(*values: Value) -> bool:
    """Whether all are functions of one expression, which are compared as what they give."""
    return all(one.kind == "closure" and one.origin is not None and isinstance(one.origin.node, ast.Lambda) for one in values)


def roots_of(old: Value, new: Value, known: dict[tuple[bytes, bytes], set[str]] | None = None) -> set[str]:
    """Kinds of the innermost values that differ between two of one form. `known` holds those of the pairs that were asked for: what stands in
    many places is as often a part of what is asked.
    """
    known = {} if known is None else known
    pair = old.digest, new.digest
    if old.digest == new.digest:
        return set()
    if pair not in known:
        ours, theirs = stable(old), stable(new)
        if old.kind == new.kind == "definition":
            known[pair] = {"definition"}
        elif old.kind != new.kind or old.label != new.label or [role for role, _ in ours] != [role for role, _ in theirs]:
            known[pair] = {new.kind}
        else:
            inner = (roots_of(one, other, known) for (_, one), (_, other) in zip(ours, theirs, strict=True))
            known[pair] = set().union(*inner) or {"version"}
    return known[pair]


def is_a_table(old: Value, new: Value) -> bool:
    """Whether both are lists or mappings at the top of a module, which many may read."""
    return (
        old.kind in DISPLAYS and new.kind in DISPLAYS and all(value.origin is not None and not value.origin.scope for value in (old, new))
    )
