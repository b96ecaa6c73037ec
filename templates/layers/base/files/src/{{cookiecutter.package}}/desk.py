"""The desk: the service as those see it who ask, line by line on stdin or through any other door."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Message = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """An open service, which answers one message after the other.

    `answer` raises one of `refusals` for a message that must not be answered; the text says what the caller must
    change. `model` names who answers, `configuration` is its digest; `problem` says why no model does, if none does.
    """

    answer: Callable[[Message], Answer]
    refusals: tuple[type[Exception], ...]
    model: str
    configuration: str
    problem: str = ""


def by_lines(desk: Desk, lines: Iterable[str]) -> Iterator[str]:
    """One JSON object a line in, one out: the answer, or `error` and why there is none."""
    refusals: tuple[type[Exception], ...] = (NotAMessage, *desk.refusals)
    for line in lines:
        try:
            found = desk.answer(parse(line))
        except refusals as error:
            found = {"error": str(error)}
        yield json.dumps(found)


class NotAMessage(ValueError):
    """Text that is no message at all."""


def parse(text: str | bytes) -> Message:
    """A message from its JSON text. Raises `NotAMessage` for anything but one object of numbers and words."""
    try:
        message = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotAMessage(f"no JSON: {error}") from error
    if not isinstance(message, Mapping):
        raise NotAMessage("a message is one JSON object")
    return message


def _refuse_constant(name: str) -> float:
    raise NotAMessage(f"{name} is no number")
