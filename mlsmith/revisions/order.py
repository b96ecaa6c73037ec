"""Changed decisions about the order of samples, matched across moves, renames and reformatting."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from mlsmith.change import Change, Component, Significance
from mlsmith.regex import regex
from mlsmith.rules.kit.order import OrderFact

Located = tuple[str, OrderFact]
_Key = Callable[[Located], Hashable]

_LEVELS: tuple[_Key, ...] = (
    lambda d: (d[0], d[1].scope, d[1].callee, d[1].rest),
    lambda d: (d[1].scope, d[1].callee, d[1].rest),
    lambda d: (d[1].callee, d[1].role, d[1].rest),
    lambda d: (d[0], d[1].scope, d[1].callee, d[1].role, d[1].names),
    lambda d: (d[1].callee, d[1].role, d[1].names),
    lambda d: (d[0], d[1].scope, d[1].callee, d[1].role),
    lambda d: (d[1].scope.rpartition(".")[2], d[1].callee, d[1].role),
    lambda d: (d[1].callee, d[1].role),
)
"""From the surest to the loosest: the same call in the same place, the same call elsewhere, the same role and data, the same role."""


_ONE_BY_ONE = regex(r"(^|, )batch_size=(1|None)(,|$)")


def order_changes(before: Mapping[str, Sequence[OrderFact]], after: Mapping[str, Sequence[OrderFact]]) -> tuple[Change, ...]:
    """Decisions whose effective value differs between two revisions, by path of the new one.

    A decision that is only there on one side is no change of order: code came or went with it.
    """
    old = [(path, fact) for path, facts in before.items() for fact in facts]
    new = [(path, fact) for path, facts in after.items() for fact in facts]
    changes: list[Change] = []
    for level in _LEVELS:
        pairs, old, new = _pair(old, new, level)
        changes.extend(_change(was, now) for was, now in pairs if None not in (was[1].value, now[1].value) and was[1].value != now[1].value)
    return tuple(sorted(changes, key=lambda change: (change.path, change.line, change.subject)))


def without_streams(facts: Mapping[str, Sequence[OrderFact]], streams: frozenset[str]) -> dict[str, list[OrderFact]]:
    """Leaves out loaders of data that comes as a stream, by the classes named: they can have no flag, so that its absence decides nothing."""
    return {path: [fact for fact in some if fact.given or streams.isdisjoint(fact.classes.split())] for path, some in facts.items()}


def _pair(old: list[Located], new: list[Located], key: _Key) -> tuple[list[tuple[Located, Located]], list[Located], list[Located]]:
    """Pairs with equal keys, in order, where both sides have as many; and what is left of both sides."""
    table: dict[Hashable, tuple[list[Located], list[Located]]] = {}
    for item in old:
        table.setdefault(key(item), ([], []))[0].append(item)
    for item in new:
        table.setdefault(key(item), ([], []))[1].append(item)
    pairs: list[tuple[Located, Located]] = []
    rest_old: list[Located] = []
    rest_new: list[Located] = []
    for ours, theirs in table.values():
        if len(ours) == len(theirs):
            pairs.extend(zip(ours, theirs, strict=True))
        else:
            rest_old.extend(ours)
            rest_new.extend(theirs)
    return pairs, rest_old, rest_new


def _change(was: Located, now: Located) -> Change:
    """Where items come one by one from now on, the data set makes the batches, and their order: that matters less."""
    made = was[1].value and _ONE_BY_ONE.search(now[1].rest) is not None and _ONE_BY_ONE.search(was[1].rest) is None
    return Change(
        component=Component.DATA, kind="order", path=now[0], line=now[1].line, symbol=now[1].scope,
        subject=f"{now[1].callee}(shuffle)", old=_shown(was[1]), new=_shown(now[1]), significance=Significance.MEDIUM if made else Significance.HIGH,
        moved_from=was[0] if was[0] != now[0] else None,
    )  # fmt: skip


def _shown(fact: OrderFact) -> str:
    return f"{fact.value}" if fact.given else f"{fact.value} (the library's default)"
