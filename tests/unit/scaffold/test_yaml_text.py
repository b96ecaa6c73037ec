"""Entries added to YAML text."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.merged import merge_data
from mlsmith.scaffold.yaml_text import merge_yaml

CI = """\
# Runs on every push.
name: ci
on: [push]
jobs:
  # Fast ones first.
  test:
    runs-on: ubuntu
    steps:
      - run: a
      - run: |
          b
          c
"""


def test_a_job_joins_the_others_with_its_comment() -> None:
    merged = merge_yaml(CI, "jobs:\n    # Slow.\n    train:\n        runs-on: big\n")
    assert "  # Slow.\n  train:\n      runs-on: big\n" in merged
    assert merged.startswith("# Runs on every push.\n")
    assert yaml.safe_load(merged)["jobs"]["test"]["steps"][1]["run"] == "b\nc\n"


def test_a_step_joins_a_job_that_exists_and_a_job_follows_it() -> None:
    merged = merge_yaml(CI, "jobs:\n  new:\n    runs-on: x\n  test:\n    steps:\n      - run: d\n")
    jobs = yaml.safe_load(merged)["jobs"]
    assert [step["run"] for step in jobs["test"]["steps"]] == ["a", "b\nc\n", "d"]
    assert jobs["new"] == {"runs-on": "x"}


def test_two_new_entries_keep_their_order() -> None:
    merged = merge_yaml("jobs:\n  a:\n    x: 1\n", "jobs:\n  b:\n    x: 2\n  c:\n    x: 3\n")
    assert list(yaml.safe_load(merged)["jobs"]) == ["a", "b", "c"]


def test_items_at_the_indent_of_their_key_are_understood() -> None:
    merged = merge_yaml("repos:\n- repo: a\n  hooks:\n  - id: x\nfail_fast: true\n", "repos:\n- repo: b\n")
    assert yaml.safe_load(merged) == {
        "repos": [{"repo": "a", "hooks": [{"id": "x"}]}, {"repo": "b"}],
        "fail_fast": True,
    }


def test_items_of_another_indent_are_moved_to_the_base() -> None:
    merged = merge_yaml("repos:\n  - repo: a\n", "repos:\n- repo: b\n  hooks:\n  - id: y\n")
    assert "  - repo: b\n    hooks:\n    - id: y\n" in merged


def test_an_item_that_is_there_is_not_added_again() -> None:
    assert merge_yaml(CI, "jobs:\n  test:\n    steps:\n      - run: a\n") == CI


def test_a_contradiction_is_named_by_its_key() -> None:
    with pytest.raises(TemplateDefect, match=r"jobs\.test\.runs-on"):
        merge_yaml(CI, "jobs:\n  test:\n    runs-on: windows\n")


def test_a_flow_list_that_would_have_to_grow_is_refused() -> None:
    with pytest.raises(TemplateDefect, match="block style"):
        merge_yaml(CI, "on: [pull_request]\n")


def test_a_file_without_a_final_newline_gets_one() -> None:
    assert merge_yaml("a:\n  b: 1", "a:\n  c: 2") == "a:\n  b: 1\n  c: 2\n"


def test_a_list_at_the_top_is_refused() -> None:
    with pytest.raises(TemplateDefect, match="mapping at the top"):
        merge_yaml("- a\n", "- b\n")


_words = st.text("abcxyz", min_size=1, max_size=3)
_trees = st.dictionaries(
    _words,
    st.recursive(
        st.integers(0, 9) | _words,
        lambda inner: st.dictionaries(_words, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


@given(_trees, _trees, st.integers(2, 4))
def test_a_merge_in_block_style_means_what_the_merge_of_the_data_means(
    first: dict[str, object], second: dict[str, object], indent: int
) -> None:
    texts = yaml.safe_dump(first), yaml.safe_dump(second, indent=indent)
    try:
        expected = merge_data(first, second)
    except TemplateDefect:
        with pytest.raises(TemplateDefect):
            merge_yaml(*texts)
        return
    assert yaml.safe_load(merge_yaml(*texts)) == expected
