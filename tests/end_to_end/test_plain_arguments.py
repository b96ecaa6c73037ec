from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.cli import lint as lint_module
from mlsmith.cli.app import app
from mlsmith.cli.arguments import Arguments
from mlsmith.cli.lint_command import LintFormat
from mlsmith.cli.plain import FLAGS, LISTS, VALUES, parse_plain
from mlsmith.reports import FORMATS


def by_typer(argv: list[str]) -> Arguments:
    """What Typer makes of the arguments."""
    seen: list[Arguments] = []

    def take(arguments: Arguments, **_: Any) -> int:
        seen.append(arguments)
        return 0

    original, lint_module.lint = lint_module.lint, take
    try:
        app(["lint", *argv], standalone_mode=False)
    finally:
        lint_module.lint = original
    return seen[0]


_plain = st.one_of(
    st.sampled_from([[flag] for flag in FLAGS]),
    st.builds(lambda o, v: [o, v], st.sampled_from([*LISTS]), st.sampled_from(["EXP", "EXP104,TRB", "ALL"])),
    st.builds(lambda o, v: [f"{o}={v}"], st.sampled_from([*LISTS]), st.sampled_from(["EXP", "TRB102"])),
    st.builds(lambda v: ["--format", v], st.sampled_from(FORMATS)),
    st.builds(lambda v: [f"--format={v}"], st.sampled_from(FORMATS)),
    st.builds(lambda v: ["-f", v], st.sampled_from(FORMATS)),
    st.builds(
        lambda o, v: [o, v],
        st.sampled_from([option for option in VALUES if option not in ("-f", "--format")]),
        st.sampled_from(["x", "a/b.json", "HEAD~1"]),
    ),
    st.builds(lambda n: ["--jobs", str(n)], st.integers(0, 9)),
    st.sampled_from([["a.py"], ["src"], ["-"], ["src/a b.py"]]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_plain, max_size=6))
def test_plain_arguments_mean_the_same_with_and_without_typer(parts: list[list[str]]) -> None:
    argv = [word for part in parts for word in part]
    plain = parse_plain(argv)
    assert plain is not None
    assert plain == by_typer(argv)


@pytest.mark.parametrize(
    "argv",
    [
        ["--help"], ["--nope"], ["--format", "xml"], ["--format"], ["--jobs", "x"], ["-fjson"], ["--", "a"],
        ["-f=json"], ["--jobs=2"], ["--watch"], ["--select", "--fix"],
    ],
)  # fmt: skip
def test_whatever_is_not_plain_is_left_to_typer(argv: list[str]) -> None:
    assert parse_plain(argv) is None


def test_both_know_the_same_formats() -> None:
    assert [each.value for each in LintFormat] == list(FORMATS)
