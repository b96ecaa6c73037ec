from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlsmith.engine.ignore import Patterns, Stack


@pytest.mark.parametrize(
    ("pattern", "path", "folder", "ignored"),
    [
        ("*.pyc", "a/b.pyc", False, True),
        ("/build", "build", True, True),
        ("/build", "src/build", True, None),
        ("build/", "src/build", True, True),
        ("build/", "src/build", False, None),
        ("a/b", "a/b", False, True),
        ("a/b", "x/a/b", False, None),
        ("**/b", "x/y/b", False, True),
        ("a/**/b", "a/b", False, True),
        ("a/**/b", "a/x/y/b", False, True),
        ("a/**", "a/x", False, True),
        ("a/**", "a", True, None),
        ("*", "anything", False, True),
        ("a*c", "abc", False, True),
        ("a*c", "a/c", False, None),
        ("[ab].py", "b.py", False, True),
        ("[!ab].py", "b.py", False, None),
        ("[a-c]x", "bx", False, True),
        (r"\#x", "#x", False, True),
        (r"\!x", "!x", False, True),
        ("x  ", "x", False, True),
        ("x\\ ", "x ", False, True),
        ("# x", "# x", False, None),
        ("[", "[", False, None),
    ],
)  # fmt: skip
def test_a_pattern_means_what_git_means(pattern: str, path: str, folder: bool, ignored: bool | None) -> None:
    assert Patterns(pattern).decide(path, folder=folder) is ignored


def test_the_last_pattern_that_matches_decides() -> None:
    patterns = Patterns("*.py\n!keep.py\n/a/keep.py\n")
    assert patterns.decide("keep.py", folder=False) is False
    assert patterns.decide("a/keep.py", folder=False) is True
    assert patterns.decide("other.py", folder=False) is True


def test_a_nearer_file_overrules_one_further_up() -> None:
    stack = Stack().below("", Patterns("*.py")).below("src", Patterns("!a.py"))
    assert not stack.ignores("src/a.py", folder=False)
    assert stack.ignores("src/b.py", folder=False)


def test_patterns_above_the_root_are_read_from_where_they_stand() -> None:
    stack = Stack().above("project/", Patterns("/project/data\n/data\n"))
    assert stack.ignores("data", folder=True)
    assert not Stack().above("project/", Patterns("/data\n")).ignores("data", folder=True)


_PARTS = ["a", "b", "*", "?", "**", "[ab]", "[!a]", "a*", "*b", r"\a", "ab", "."]
_pattern = st.builds(
    lambda bang, slash, parts, end: bang + slash + "/".join(parts) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(st.sampled_from(_PARTS), min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " "]),
)
_FILES = ["a", "b/a", "b/b", "c/a/b", "c/a/a", "c/ab/b", "c/b/ab", "ab/a/b/a", "ab/b", "x"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignored")
    subprocess.run(["git", "init", "-q", root], check=True)
    for name in _FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


@settings(max_examples=60, deadline=None)
@example(top=[], inner=["a", "!/**"])
@given(top=st.lists(_pattern, max_size=4), inner=st.lists(_pattern, max_size=2))
def test_whatever_the_patterns_we_ignore_what_git_ignores(repository: Path, top: list[str], inner: list[str]) -> None:
    (repository / ".gitignore").write_text("\n".join(top) + "\n")
    (repository / "c" / ".gitignore").write_text("\n".join(inner) + "\n")
    listed = subprocess.run(
        ["git", "-C", repository, "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"],
        capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    seen = sorted(name for name in listed.split("\0") if name in _FILES)
    assert _ours(top, inner) == seen


def _ours(top: list[str], inner: list[str]) -> list[str]:
    outer = Stack().below("", Patterns("\n".join(top)))
    found = []
    for name in _FILES:
        stack, parts = outer, name.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if stack.ignores(folder, folder=True):
                break
            if folder == "c":
                stack = stack.below("c", Patterns("\n".join(inner)))
        else:
            if not stack.ignores(name, folder=False):
                found.append(name)
    return sorted(found)
