"""Which commits lead to one side of a merge alone, against the definition."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlsmith.review.history import Commit, Way
from mlsmith.sources.git import Delta, Repository

THEN = datetime(2026, 1, 1, tzinfo=UTC)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # A busy machine draws slowly.


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Commit → parents, parents first; all begin with one root."""
    parents: dict[str, tuple[str, ...]] = {"c0": ("base",)}
    for number in range(1, draw(st.integers(2, 14))):
        known = list(parents)
        parents[f"c{number}"] = tuple(draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)))
    return parents


def way_of(parents: dict[str, tuple[str, ...]], touching: set[str] | None = None) -> Way:
    way = Way(Repository(Path()), "base", "tip")
    commits = {name: Commit(name, THEN, above) for name, above in parents.items()}
    for name in touching or set():
        commits[name].against[parents[name][0]] = [Delta("c.yaml", "c.yaml", "M", "100644", "100644", "0", name)]
    way.__dict__["commits"] = commits
    return way


def ancestors(parents: dict[str, tuple[str, ...]], name: str) -> set[str]:
    found, pending = set(), [name]
    while pending:
        one = pending.pop()
        if one in parents and one not in found:
            found.add(one)
            pending += parents[one]
    return found


@unhurried
@given(graphs(), st.data())
def test_a_side_is_what_leads_to_one_and_not_to_the_other(parents: dict[str, tuple[str, ...]], data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(list(parents))) for _ in range(2))
    assert way_of(parents)._only(one, other) == ancestors(parents, one) - ancestors(parents, other)


@unhurried
@given(graphs(), st.data())
def test_a_merge_that_takes_one_side_decides_just_where_the_other_had_changed(
    parents: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    plain = [name for name, above in parents.items() if len(above) == 1]
    touching = data.draw(st.sets(st.sampled_from(plain)))
    left, taken = (data.draw(st.sampled_from(list(parents))) for _ in range(2))
    if left == taken:
        return
    way = way_of({**parents, "merge": (left, taken)}, touching | {"merge"})
    changed_there = touching & (ancestors(parents, left) - ancestors(parents, taken))
    assert ("merge" in way.makers("c.yaml")) == bool(changed_there)
    assert set(way.makers("c.yaml")) - {"merge"} == touching
