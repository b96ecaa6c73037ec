"""Tables added to TOML text."""

from __future__ import annotations

import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.merged import merge_data
from mlsmith.scaffold.toml_text import merge_toml
from mlsmith.scaffold.toml_values import dump_table, dump_value

BASE = """\
# The project.
[project]
name = "shop"  # as on the index
dependencies = [
    "numpy",
]

# How it is linted.
[tool.ruff]
line-length = 110
lint = { select = ["E"] }

[[tool.mypy.overrides]]
module = "a"
"""


def test_a_new_key_joins_its_table_and_every_comment_stays() -> None:
    merged = merge_toml(BASE, {"tool": {"ruff": {"src": ["src"]}}})
    assert '# How it is linted.\n[tool.ruff]\nline-length = 110\nlint = { select = ["E"] }\nsrc = ["src"]' in merged
    assert 'name = "shop"  # as on the index' in merged


def test_a_new_table_stands_beside_its_relatives() -> None:
    merged = merge_toml(BASE, {"project": {"scripts": {"shop": "shop.cli:main"}}})
    assert merged.index("[project.scripts]") < merged.index("[tool.ruff]")


def test_a_list_becomes_the_union_in_order() -> None:
    merged = merge_toml(BASE, {"project": {"dependencies": ["numpy", "pyarrow"]}})
    assert tomllib.loads(merged)["project"]["dependencies"] == ["numpy", "pyarrow"]


def test_an_inline_table_grows_where_it_stands() -> None:
    merged = merge_toml(BASE, {"tool": {"ruff": {"lint": {"ignore": ["E501"]}}}})
    assert tomllib.loads(merged)["tool"]["ruff"]["lint"] == {"select": ["E"], "ignore": ["E501"]}


def test_an_array_of_tables_gains_the_entries_it_lacks() -> None:
    merged = merge_toml(BASE, {"tool": {"mypy": {"overrides": [{"module": "a"}, {"module": "b"}]}}})
    assert tomllib.loads(merged)["tool"]["mypy"]["overrides"] == [{"module": "a"}, {"module": "b"}]


def test_a_contradiction_is_named_by_its_key() -> None:
    with pytest.raises(TemplateDefect, match=r"tool\.ruff\.line-length"):
        merge_toml(BASE, {"tool": {"ruff": {"line-length": 88}}})


def test_true_does_not_pass_for_one() -> None:
    with pytest.raises(TemplateDefect):
        merge_toml("a = 1\n", {"a": True})


@pytest.mark.parametrize("value", ['"""\n[tool.ruff]\n"""', '[\n  ["x"],\n  [],\n]'])
def test_lines_that_only_look_like_headers_are_not_tables(value: str) -> None:
    text = f"text = {value}\n\n[tool.ruff]\na = 1\n"
    merged = tomllib.loads(merge_toml(text, {"tool": {"ruff": {"b": 2}}}))
    assert merged == {"text": tomllib.loads(text)["text"], "tool": {"ruff": {"a": 1, "b": 2}}}


def test_a_table_of_dotted_keys_is_refused_or_right() -> None:
    with pytest.raises(TemplateDefect, match="dotted keys"):
        merge_toml("[tool]\nruff.a = 1\n", {"tool": {"ruff": {"b": 2}}})


def test_merging_nothing_changes_nothing() -> None:
    assert merge_toml(BASE, {}) == BASE


def test_merging_twice_is_merging_once() -> None:
    extra = {"project": {"dependencies": ["x"]}, "tool": {"new": {"a": [1.5, True]}}}
    once = merge_toml(BASE, extra)
    assert merge_toml(once, extra) == once


def test_special_floats_are_written_as_toml_has_them() -> None:
    assert [dump_value(value) for value in (math.inf, -math.inf, 1e22)] == ["inf", "-inf", "1e+22"]


_keys = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=6)
_values = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | _keys | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_keys, _values, max_size=4))
def test_what_is_written_reads_back_equal(table: dict[str, object]) -> None:
    assert tomllib.loads(dump_table((), table)) == table


@given(st.dictionaries(_keys, _values, max_size=3), st.dictionaries(_keys, _values, max_size=3))
def test_a_merge_means_what_the_merge_of_the_data_means_or_is_refused(first: dict[str, object], second: dict[str, object]) -> None:
    try:
        merged = merge_toml(dump_table((), first), second)
    except TemplateDefect:
        return
    assert tomllib.loads(merged) == merge_data(first, second)
