"""What the desk takes for a message, and what it says to all else, whatever service is behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from {{ cookiecutter.package }}.desk import Desk, Message, NotAMessage, by_lines, parse


class Refused(ValueError):
    """A message that the service below does not like."""


def _double(message: Message) -> dict[str, Any]:
    if "number" not in message:
        raise Refused("number is missing")
    return {"twice": 2 * message["number"]}


@pytest.fixture
def desk() -> Desk:
    """A desk that doubles numbers."""
    return Desk(_double, (Refused,), model="double", configuration="none")


def test_each_line_gets_its_answer_and_a_bad_one_spoils_no_other(desk: Desk) -> None:
    lines = ['{"number": 2}\n', "{}\n", "half a l\n", '{"number": 3}\n']
    found = [json.loads(line) for line in by_lines(desk, lines)]
    assert found[0] == {"twice": 4}
    assert found[1] == {"error": "number is missing"}
    assert found[2]["error"].startswith("no JSON: ")
    assert found[3] == {"twice": 6}


def test_a_fault_of_the_service_is_not_told_as_the_callers(desk: Desk) -> None:
    with pytest.raises(TypeError):
        list(by_lines(desk, ['{"number": null}']))


@pytest.mark.parametrize("text", ["", "[1]", '"text"', "3", "null", "[" * 100_000, '{"a": NaN}', '{"a": Infinity}'])
def test_only_one_object_of_numbers_and_words_is_a_message(text: str) -> None:
    with pytest.raises(NotAMessage):
        parse(text)


def test_bytes_that_are_no_text_are_no_message() -> None:
    with pytest.raises(NotAMessage, match="no JSON"):
        parse(b'{"a": "\xff"}')
