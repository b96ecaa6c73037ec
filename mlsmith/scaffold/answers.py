"""Answers: what the user said, completed by the defaults, each checked before a file is touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from mlsmith.errors import UserError, nearest
from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.layers import Question
from mlsmith.scaffold.target import check_package, check_slug

Ask = Callable[[Question, str], str]
"""Asks the user: the question and its default in, the answer out."""

_LONGEST = 300
# They end a string in TOML, YAML and Python, or begin a Jinja expression; no answer needs them.
_UNSAFE = ('"', "\\", "{{", "{%", "{#")


def parse_settings(settings: Iterable[str]) -> dict[str, str]:
    """`KEY=VALUE` texts as a mapping. Raises `UserError` for any other text, or two values."""
    answers: dict[str, str] = {}
    for text in settings:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key:
            raise UserError(f'"{text}" is not KEY=VALUE', advice="write for example --set package=shop")
        if answers.get(key, value) != value:
            raise UserError(f'"{key}" is set twice, to different values', advice="keep one")
        answers[key] = value
    return answers


def complete(
    questions: Iterable[Question],
    given: Mapping[str, str],
    *,
    ask: Ask | None = None,
    taken: Collection[str] = (),
) -> dict[str, str]:
    """An answer for every question, in their order: given, else asked, else the default.

    `taken` are import names the package must not hide. Without `ask` nothing is asked.
    Raises `UserError` for an unknown key or a value that does not fit, naming the nearest one that does.
    """
    asked = {question.key: question for question in questions}
    for key in given:
        if key not in asked:
            advice = nearest(key, list(asked)) or f"keys are {', '.join(asked)}"
            raise UserError(f'no question is called "{key}"', advice=advice)
    answers = {key: check(asked[key], given[key], taken=taken) for key in given}
    _fill(asked, answers, ask, taken)
    return {key: answers[key] for key in asked}


def check(question: Question, value: str, *, taken: Collection[str] = ()) -> str:
    """`value`, if it answers the question. Raises `UserError` saying what would."""
    key = question.key
    if question.choices and value not in question.choices:
        advice = nearest(value, list(question.choices)) or f"choices are {', '.join(question.choices)}"
        raise UserError(f'{key} cannot be "{value}"', advice=advice)
    if len(value) > _LONGEST or not value.isprintable():
        raise UserError(f"{key} must be one printable line of at most {_LONGEST} characters")
    if unsafe := next((text for text in _UNSAFE if text in value), None):
        raise UserError(f"{key} must not contain {unsafe}", advice="it would break the files it is written into")
    if key == "slug":
        check_slug(value)
    if key == "package":
        check_package(value, taken=taken)
    if question.pattern and not re.fullmatch(question.pattern, value):
        raise UserError(f'{key} cannot be "{value}"', advice=question.help or f"it must match {question.pattern}")
    return value


def _fill(asked: Mapping[str, Question], answers: dict[str, str], ask: Ask | None, taken: Collection[str]) -> None:
    """Defaults may lean on answers in any order: those that cannot be worked out yet wait for the others."""
    waiting = [key for key in asked if key not in answers]
    while waiting:
        later: list[str] = []
        for key in waiting:
            default = _default(asked[key], answers)
            if default is None:
                later.append(key)
                continue
            value = default if ask is None else ask(asked[key], default)
            answers[key] = check(asked[key], value, taken=taken)
        if later == waiting:
            raise TemplateDefect(f"the defaults of {', '.join(later)} need each other")
        waiting = later


def _default(question: Question, answers: Mapping[str, str]) -> str | None:
    """The default, rendered; None while it needs an answer that is not there yet."""
    if "{{" not in question.default and "{%" not in question.default:
        return question.default
    from jinja2 import TemplateError, UndefinedError

    try:
        rendered: str = _environment().from_string(question.default).render(cookiecutter=answers)
    except UndefinedError:
        return None
    except TemplateError as error:
        raise TemplateDefect(f"the default of {question.key} does not render: {error}") from error
    return rendered


def _environment() -> Any:
    from cookiecutter.utils import create_env_with_context

    return create_env_with_context({})
