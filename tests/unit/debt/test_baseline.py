"""A baseline knows old findings again, sees new ones, and merges."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsmith.debt import baseline
from mlsmith.errors import UserError
from mlsmith.finding import Confidence, Finding, Position, Severity, Span, Status, anchor_of, number_occurrences


def finding(line: int, text: str, *, scope: str = "f", path: str = "a.py", code: str = "EXP104") -> Finding:
    span = Span(Position(line, 1), Position(line, 5))
    return Finding(code, "n", "m", "a", path, span, Severity.WARNING, Confidence.HIGH, 5, scope=scope, anchor=anchor_of([text]))


def statuses(now: list[Finding], before: list[Finding], renamed: dict[str, str] | None = None) -> list[Status]:
    return [f.status for f in baseline.match(number_occurrences(now), baseline.known(before), renamed or {})]


def test_lines_may_move_and_be_indented_anew() -> None:
    assert statuses([finding(90, "    load( x )")], [finding(3, "load( x )")]) == [Status.BASELINE]


def test_a_remark_does_not_make_a_finding_new() -> None:
    assert statuses([finding(3, "load('#', x)  # seeded")], [finding(3, "load('#', x)")]) == [Status.BASELINE]
    assert statuses([finding(3, "load('#', y)  # seeded")], [finding(3, "load('#', x)")]) == [Status.NEW]


def wide(*lines: str) -> Finding:
    return finding(3, "")._replace(anchor=anchor_of(list(lines)))


@pytest.mark.parametrize(
    "lines",
    [
        ("x = load(a,'b',[1, 2])",),
        ("x = load(", '    a, "b", [1, 2]', ")"),
        ("x = load(  # read", "    a,", '    "b",', "    [1, 2,],", ")"),
    ],
)
def test_a_formatter_makes_nothing_new(lines: tuple[str, ...]) -> None:
    assert statuses([wide(*lines)], [wide('x = load(a, "b", [1, 2])')]) == [Status.BASELINE]
    assert statuses([wide(*lines)], [wide('x = load(a, "b", [1, 3])')]) == [Status.NEW]


def test_of_a_file_that_is_gone_a_line_is_known_in_another_scope_too() -> None:
    old = [finding(3, "load(x)", scope="_NHITS.fit", path="old.py")]
    now = number_occurrences([finding(3, "load(x)", scope="NHITS.fit", path="new.py")])
    gone, still_there = (baseline.match(now, baseline.known(old), {}, exists={"new.py", *more}.__contains__) for more in ((), ("old.py",)))
    assert [f.status for f in (*gone, *still_there)] == [Status.BASELINE, Status.NEW]


def test_a_file_may_be_renamed_and_a_function_moved() -> None:
    old = [finding(3, "load(x)", path="old.py")]
    assert statuses([finding(3, "load(x)", path="new.py")], old, {"new.py": "old.py"}) == [Status.BASELINE]
    assert statuses([finding(8, "load(x)", scope="Class.g")], [finding(3, "load(x)")]) == [Status.BASELINE]
    assert statuses([finding(3, "load(x)", path="new.py")], old) == [Status.BASELINE]


def test_fixing_one_and_adding_another_of_the_same_rule_is_seen() -> None:
    assert statuses([finding(3, "load(y)")], [finding(3, "load(x)")]) == [Status.NEW]


def test_one_line_knows_one_finding() -> None:
    now = [finding(3, "load(x)"), finding(9, "load(x)")]
    assert sorted(statuses(now, [finding(3, "load(x)")])) == [Status.BASELINE, Status.NEW]


def test_writing_again_gives_the_same_bytes_and_reading_gives_them_back(tmp_path: Path) -> None:
    found = [finding(3, "b"), finding(5, "a"), finding(7, "a"), finding(9, "z", path="ü.py")]
    file = tmp_path / ".mlsmith" / "baseline.jsonl"
    baseline.write(file, found)
    first = file.read_bytes()
    baseline.write(file, list(reversed(found)))
    assert file.read_bytes() == first
    assert baseline.read(file) == baseline.known(found)
    assert b'"line"' not in first
    assert first.count(b"\n") == 4


def test_a_damaged_line_is_named() -> None:
    with pytest.raises(UserError, match="line 2"):
        baseline.parse('{"path": "a", "code": "b", "scope": "", "anchor": "c"}\n<<<<<<< ours\n', "baseline")


@pytest.mark.parametrize("field", ['"path": 5', '"path": [1]', '"scope": null', '"occurrence": Infinity', '"occurrence": true'])
def test_an_entry_of_the_wrong_type_is_named_and_no_crash(field: str) -> None:
    with pytest.raises(UserError, match="line 1"):
        baseline.parse('{"path": "a", "code": "b", "scope": "", "anchor": "c", ' + field + "}\n", "baseline")


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["f", "g"])), max_size=12), st.integers(0, 50))
def test_untouched_findings_never_come_back(lines: list[tuple[str, str]], shift: int) -> None:
    before = [finding(number + 1, text, scope=scope) for number, (text, scope) in enumerate(lines)]
    after = [finding(number + 1 + shift, text, scope=scope) for number, (text, scope) in enumerate(lines)]
    assert set(statuses(after, before)) <= {Status.BASELINE}


@pytest.mark.parametrize(
    ("ours", "theirs", "kept"),
    [("abcd", "bce", "abce"), ("bcdx", "bcdy", "bcdxy"), ("bc", "cd", "c"), ("bc", "bc", "bc"), ("bcd", "", "")],
    ids=["one each", "both add at one place", "both remove", "both remove the same", "one removes all"],
)
def test_branches_that_each_add_or_remove_lines_merge(tmp_path: Path, ours: str, theirs: str, kept: str) -> None:
    file = tmp_path / ".mlsmith" / "baseline.jsonl"

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def commit(texts: str) -> None:
        baseline.write(file, [finding(1, text) for text in texts])
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", texts or "none")

    git("init", "-q", "-b", "main")
    commit("bcd")
    git("checkout", "-q", "-b", "one")
    commit(ours)
    git("checkout", "-q", "main")
    commit(theirs)
    git("merge", "-q", "-m", "merged", "one")
    merged = {entry.anchor for entry in baseline.read(file)}
    assert merged >= {anchor_of([text]) for text in kept}
    now = [finding(1, text) for text in kept]
    baseline.write(file, now)
    assert baseline.read(file) == baseline.known(now), "lines that are left over go when it is written again"
