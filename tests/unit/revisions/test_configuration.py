"""What counts as a change of a configuration's meaning, and what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.revisions.configuration import config_changes, config_diff
from mlsmith.revisions.meaning import semantic_digest

Seen = list[tuple[str, str, str | None, str | None]]


def seen(old: str | None, new: str | None, path: str = "c.yaml") -> Seen:
    before, after = (None if text is None else text.encode() for text in (old, new))
    return [(change.kind, change.subject, change.old, change.new) for change in config_changes(path, before, after)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("lr: 0.1\n", "lr: 0.01\n", [("scale-changed", "lr", "0.1", "0.01")]),
        ("lr: 0.1\n", "lr: 0.3\n", [("changed", "lr", "0.1", "0.3")]),
        ("a: 1\n", "a: 1.0\n", [("type-changed", "a", "1", "1.0")]),
        ("a: true\n", "a: 1\n", [("type-changed", "a", "true", "1")]),
        ("a: null\n", "b: 1\n", [("removed", "a", "null", None), ("added", "b", None, "1")]),
        ("lr: 1e-3\n", "lr: 0.001\n", [("type-changed", "lr", '"1e-3"', "0.001")]),
        ("a: 010\n", "a: 10\n", [("changed", "a", "8", "10")]),
        ("a: yes\n", "a: 'yes'\n", [("type-changed", "a", "true", '"yes"')]),
        ("t: 10ms\n", "t: 10s\n", [("unit-changed", "t", '"10ms"', '"10s"')]),
        ("t: 2026-01-01\n", "t: '2026-01-01'\n", [("type-changed", "t", "2026-01-01", '"2026-01-01"')]),
        ("a.b: 1\n", "a:\n  b: 1\n", [("removed", "a.b", "1", None), ("added", "a", None, '{"b":1}')]),
        ("model:\n  width: 64\n", "net:\n  width: 64\n", [("renamed", "net", "model", '{"width":64}')]),
        ("a:\n  seed: 3\nb: {}\n", "a: {}\nb:\n  seed: 3\n", [("moved", "b.seed", "a.seed", "3")]),
        ("a: [1, 2, 3]\n", "a: [3, 1, 2]\n", [("reordered", "a", "[1,2,3]", "[3,1,2]")]),
        ("a: [1, 2]\n", "a: [1, 5, 2]\n", [("added", "a.[1]", None, "5")]),
        (
            "a: [{name: x, v: 1}, {name: y, v: 2}]\n", "a: [{name: x, v: 1}, {name: y, v: 3}]\n",
            [("changed", 'a.[name="y"].v', "2", "3")],
        ),
        ("b: &b {x: 1}\nuse: {<<: *b}\n", "b: &b {x: 2}\nuse: {<<: *b}\n", [("changed", "b.x", "1", "2"), ("changed", "use.x", "1", "2")]),
        ("a: 1\na: 2\n", "a: 1\na: 3\n", [("changed", "a", "2", "3")]),
        ("a: 1\n---\na: 2\n", "a: 1\n---\na: 3\n", [("changed", "a#2", "2", "3")]),
        ("a: !ENV x\n", "a: !FILE x\n", [("changed", "(tags)", '"!ENV"', '"!FILE"')]),
        ("1: a\n", "'1': a\n", [("renamed", '"1"', "1", '"a"')]),
        ("on: a\n", "'on': a\n", [("renamed", '"on"', "on", '"a"')]),
        ("a: .inf\n", "a: .nan\n", [("changed", "a", "inf", "nan")]),
        ("a: 12:30\n", "a: '12:30'\n", [("type-changed", "a", "750", '"12:30"')]),
        ("a: 1.10\n", "a: 1.1\n", []),
        ("a: 0.1\n", "a: {float: '0.1'}\n", [("type-changed", "a", "0.1", '{"float":"0.1"}')]),
        (None, "a: 1\n", [("added", "a", None, "1")]),
        ("a: 1\n", None, [("removed", "a", "1", None)]),
    ],
)  # fmt: skip
def test_what_a_change_of_meaning_is(old: str | None, new: str | None, expected: Seen) -> None:
    assert seen(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lr: 0.1 # start\nseed: 3\n", "# why\nseed:   3\nlr: .1\n"),
        ("a: {b: 1, c: [1, 2]}\n", "a:\n  c:\n  - 1\n  - 2\n  b: 1\n"),
        ("a: .nan\n", "a: .NaN\n"),
        ("a: 'x'\r\nb: 2\r\n", 'b: 2\na: "x"\n'),
        ("\ufeffa: 1\n", "a: 1\n"),
    ],
)
def test_layout_comments_and_order_of_keys_are_no_change(old: str, new: str) -> None:
    assert seen(old, new) == []
    assert semantic_digest("c.yaml", old.encode()) == semantic_digest("c.yaml", new.encode())


@pytest.mark.parametrize(("old", "new"), [("a: {{ x }}\n", "a: [2\n"), ("a: [1\n", "a: [2\n"), ("a: 1\n", "a: [\n")])
def test_what_cannot_be_understood_is_compared_byte_by_byte(old: str, new: str) -> None:
    (change,) = seen(old, new)
    assert change[0] == "unreadable"
    assert semantic_digest("c.yaml", old.encode()) != semantic_digest("c.yaml", new.encode())


SCALARS = (
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False) | st.text("abc1. ", max_size=6)
)
TREES = st.dictionaries(
    st.text("abcxyz", min_size=1, max_size=4),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1, max_size=3), inner, max_size=4)),
    min_size=1, max_size=5,
)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a: 0.1\n", "a: {float: '0.1'}\n"), ("a: 2026-01-01\n", "a: {date: '2026-01-01'}\n"), ("a: !ENV x\n", "a: !FILE x\n"),
        ("1: a\n", "'1': a\n"), ("a.b: 1\n", "a: {b: 1}\n"), ("a: 1\n", "a: 1.0\n"), ("a: null\n", "b: null\n"), ("", "a: null\n"),
    ],
)  # fmt: skip
def test_two_meanings_never_have_one_digest(one: str, other: str) -> None:
    assert semantic_digest("c.yaml", one.encode()) != semantic_digest("c.yaml", other.encode())


def test_what_comes_as_a_whole_touches_all_that_is_in_it() -> None:
    _, touched = config_diff("c.yaml", b"a: 1\n", b"a: 1\noptim:\n  lr: 5\n  steps: [1, {name: x, v: 2}]\n")
    assert [one.key for one in touched] == ["optim.lr", "optim.steps.[0]", 'optim.steps.[name="x"].name', 'optim.steps.[name="x"].v']


@settings(deadline=None)
@given(TREES)
def test_the_same_values_in_another_layout_are_never_a_change(tree: dict[str, Any]) -> None:
    flow, block = (yaml.safe_dump(tree, default_flow_style=style, sort_keys=style) for style in (True, False))
    assert seen(flow, block) == []


@settings(deadline=None)
@given(TREES, SCALARS, st.data())
def test_another_value_anywhere_is_always_a_change(tree: dict[str, Any], value: Any, data: st.DataObject) -> None:
    holder: Any = tree
    while True:
        places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        place = data.draw(st.sampled_from(places))
        if not isinstance(holder[place], (dict, list)) or not holder[place]:
            break
        holder = holder[place]
    before = json.dumps(tree)
    changed = repr(holder[place]) != repr(value)
    holder[place] = value
    assert bool(seen(before, json.dumps(tree), "c.json")) == changed


def test_a_value_under_another_name_may_be_known_by_it() -> None:
    marks = {
        change.subject: change.rewritten
        for change in config_changes("c.yaml", b"a: 1\nb: 2\nc: 3\n", b"a: 2\nd: 2\ne: 4\n", moved_from=None)
    }
    assert marks == {"a": False, "d": True, "e": False, "c": False}


CHART = """# why
spec:
  replicas: {{{{ .Values.replicas }}}}
{{{{- if .Values.gpu }}}}
  image: "net:{0}"
{{{{- end }}}}
  args:
    - --lr={1}
"""


def test_a_template_is_told_by_its_lines() -> None:
    old, new = (CHART.format(*values).encode() for values in ((1, 0.1), (2, 0.3)))
    new = new.replace(b"# why", b"# because").replace(b"  args", b"  seed: 3\n\n  args")
    found = config_changes("chart/templates/job.yaml", old, new)
    assert [(one.kind, one.subject, one.old, one.new, one.line) for one in found] == [
        ("changed", "image", '"net:1"', '"net:2"', 5),
        ("added", "seed", None, "3", 7),
        ("removed", "(a line)", "- --lr=0.1", None, 8),
        ("added", "(a line)", None, "- --lr=0.3", 10),
    ]
    # where nothing but remarks differ, or all does, and where it is no template
    assert [one.kind for one in config_changes("a.yaml", old, old.replace(b"why", b"because"))] == ["unreadable"]
    long = CHART.format(1, 2).replace("  args", "\n".join(f"  a{{}}: {n}" for n in range(60)) + "\n  args").encode()
    assert [one.kind for one in config_changes("a.yaml", old, long)] == ["unreadable"]
    assert [one.kind for one in config_changes("a.yaml", b"a: [1", b"a: [2")] == ["unreadable"]


def test_a_tag_stands_where_a_value_begins() -> None:
    assert seen("a: !A 1\nb: [!B 2]\n- !C\n", "a: !A 1\nb: [!B 2]\n- !C\n") == []
    assert len(seen("- x\n- dask !=1\n", "- x\n- dask !=2\n")) == 1
    assert [kind for kind, *_ in seen("a: &b !A 1\n", "a: &b !B 1\n")] == ["changed"]
