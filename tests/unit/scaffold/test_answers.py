"""Answers completed and checked."""

from __future__ import annotations

import pytest

from mlsmith.errors import UserError
from mlsmith.scaffold.answers import complete, parse_settings
from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.layers import Question

SLUG = Question("slug", "Directory", "shop")
NAME = Question("project_name", "Name", "{{ cookiecutter.slug | title }}")
PACKAGE = Question("package", "Package", "{{ cookiecutter.slug | replace('-', '_') }}")
PYTHON = Question("python", "Python", "3.11", choices=("3.11", "3.12", "3.13"))
SEED = Question("seed", "Seed", "7", pattern="[0-9]+", help="a whole number")


def test_defaults_lean_on_answers_in_any_order() -> None:
    assert complete([NAME, SLUG], {"slug": "till"}) == {"project_name": "Till", "slug": "till"}


def test_defaults_that_need_each_other_are_a_fault_of_the_template() -> None:
    ring = [Question("a", "", "{{ cookiecutter.b }}"), Question("b", "", "{{ cookiecutter.a }}")]
    with pytest.raises(TemplateDefect, match="a, b"):
        complete(ring, {})


def test_an_unknown_key_names_the_nearest_one() -> None:
    with pytest.raises(UserError, match=r'"pakage".*did you mean "package"'):
        complete([SLUG, PACKAGE], {"pakage": "x"})


def test_an_unknown_choice_names_the_nearest_one() -> None:
    with pytest.raises(UserError, match=r'"3\.21".*did you mean "3\.1'):
        complete([PYTHON], {"python": "3.21"})


def test_a_value_against_the_pattern_is_told_what_would_fit() -> None:
    with pytest.raises(UserError, match="a whole number"):
        complete([SEED], {"seed": "seven"})


@pytest.mark.parametrize("value", ['say "x"', "a\\b", "{{ cookiecutter }}", "{% raw %}", "two\nlines", "\x1b[31m", "x" * 301])
def test_values_that_would_break_or_run_in_the_files_are_refused(value: str) -> None:
    with pytest.raises(UserError, match="project_name"):
        complete([NAME], {"project_name": value})


def test_a_default_is_checked_like_an_answer() -> None:
    with pytest.raises(UserError, match="hide"):
        complete([SLUG, PACKAGE], {"slug": "json"})


def test_only_missing_answers_are_asked_for() -> None:
    asked: list[tuple[str, str]] = []

    def ask(question: Question, default: str) -> str:
        asked.append((question.key, default))
        return default

    complete([SLUG, PYTHON, NAME], {"python": "3.12"}, ask=ask)
    assert asked == [("slug", "shop"), ("project_name", "Shop")]


def test_settings_are_split_at_the_first_equals_sign() -> None:
    assert parse_settings(["description=a=b", "owner="]) == {"description": "a=b", "owner": ""}


@pytest.mark.parametrize("text", ["package", "=x", ""])
def test_a_setting_without_key_or_value_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="KEY=VALUE"):
        parse_settings([text])


def test_one_key_with_two_values_is_refused() -> None:
    with pytest.raises(UserError, match="twice"):
        parse_settings(["a=1", "a=2"])
