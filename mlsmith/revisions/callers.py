"""What is told of a function with its caller, and stands in the caller: the call came, went, or hands in another value."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from mlsmith.change import Change, Component, Significance
from mlsmith.index.scopes import last_word
from mlsmith.revisions.account import Around, Place, Spot, Told
from mlsmith.revisions.matching import Pair
from mlsmith.revisions.values import Origin
from mlsmith.revisions.wording import unparsed

_WEIGHTS = tuple(Significance)


def at_the_calls(told: list[Told], pair: Pair, around: Around, *, through_others: bool) -> list[Told]:
    """The changes, those inside of functions that are as they were where this definition calls them: nothing there was touched.

    `through_others`: this definition is told with functions that differ by themselves. What is not called otherwise here is told with them.
    """
    found: list[Told] = []
    whole: dict[tuple[Place, bool], tuple[ast.Call, list[Told]]] = {}
    for one in told:
        place = _unchanged(one, pair, around)
        call = _call_of(place, pair, is_new=one.at.new is not None) if place is not None else None
        if place is None or (call is None and not through_others):
            found.append(one)
        elif call is None:
            continue
        elif one.step is not None and (one.at.old is None or one.at.new is None):
            whole.setdefault((place, one.at.new is not None), (call, []))[1].append(one)
        else:
            found.append(_moved_to(one, call, pair))
    found += [_as_call(some, call, place, pair, is_new=is_new) for (place, is_new), (call, some) in whole.items()]
    return found


def new_calls(left_out: Iterable[tuple[Place, bool]], pair: Pair, around: Around) -> list[Told]:
    """Calls that came or went of functions that differ too: what those do is told there, and not that they are called."""
    before = {now: was for was, now in around.became.items()}
    found: list[Told] = []
    for place, is_new in left_out:
        other = (before if is_new else around.became).get(place)
        own, elsewhere = (pair.new, pair.old) if is_new else (pair.old, pair.new)
        calls = _calls(own.node, place[1].rpartition(".")[2])
        if other is not None and len(calls) > len(_calls(elsewhere.node, other[1].rpartition(".")[2])):
            call = _call_of(place, pair, is_new=is_new) or calls[-1]
            found.append(_as_call([], call, place, pair, is_new=is_new))
    return found


def _unchanged(told: Told, pair: Pair, around: Around) -> Place | None:
    """Where a change stands, if that is another function that both versions have and that does the same in both."""
    is_new = told.at.new is not None
    origin = told.at.told
    own = pair.new if is_new else pair.old
    place = origin.place
    if not origin.scope or place == own.place or place in around.told[is_new]:
        return None
    both: Iterable[Place] = around.became.values() if is_new else around.became
    return place if place in both else None


def _call_of(place: Place, pair: Pair, *, is_new: bool) -> ast.Call | None:
    """The call of a function on one side that the other side does not have."""
    name = place[1].rpartition(".")[2]
    ours, theirs = _calls(pair.new.node, name), _calls(pair.old.node, name)
    if not is_new:
        ours, theirs = theirs, ours
    known = {ast.dump(one) for one in theirs}
    return next((one for one in ours if ast.dump(one) not in known), None)


def _calls(node: ast.AST, name: str) -> list[ast.Call]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Call) and last_word(one.func) == name]


def _moved_to(told: Told, call: ast.Call, pair: Pair) -> Told:
    change = told.change._replace(path=pair.new.path, line=call.lineno, symbol=pair.new.symbol)
    return replace(told, change=change, at=Spot(told.at.old, Origin(pair.new.path, pair.new.symbol, call)))


def _as_call(some: list[Told], call: ast.Call, place: Place, pair: Pair, *, is_new: bool) -> Told:
    """One line for all that a function does whose call came or went."""
    first = min((one.change for one in some), key=lambda change: _WEIGHTS.index(change.significance), default=None)
    unit = pair.new if is_new else pair.old
    text = unparsed(call)
    change = Change(
        component=first.component if first is not None else Component.SOURCE,
        kind=f"call {'added' if is_new else 'removed'}", path=pair.new.path, line=call.lineno, symbol=unit.symbol,
        subject=place[1], old=None if is_new else text, new=text if is_new else None,
        significance=first.significance if first is not None else Significance.MEDIUM,
        moved_from=pair.moved_from, steps=tuple(one.change for one in some),
    )  # fmt: skip
    origin = Origin(unit.path, unit.symbol, call)
    return Told(change, Spot(None, origin) if is_new else Spot(origin, None))
