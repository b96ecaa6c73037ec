"""What several rules ask of one module, document or project is answered once."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import wraps
from typing import Any, Protocol, TypeVar


class Answering(Protocol):
    """What keeps the answers that were given about it."""

    answers: dict[str, Any]


Answer = TypeVar("Answer")
Document = TypeVar("Document")
Holder = TypeVar("Holder", bound=Answering)

_MOST_WORDS = 50_000
"""A large project calls so many; who looks at one project after the other begins anew"""


class TellingWords:
    """The words that pass a test: each is tested once, however many files have it."""

    def __init__(self, tells: Callable[[str], bool]) -> None:
        self._tells = tells
        self._told: set[str] = set()
        self._tested: set[str] = set()

    def among(self, words: Set[str]) -> Set[str]:
        told, tested = self._told, self._tested
        new = words - tested
        if new:
            if len(tested) > _MOST_WORDS:
                told, tested, new = set(), set(), words
                self._told, self._tested = told, tested
            told.update(filter(self._tells, new))
            tested.update(new)
        return words & told


def _once(function: Callable[[Holder], Answer]) -> Callable[[Holder], Answer]:
    """Keep the answer of a function of one module or project with that."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def asked(holder: Holder) -> Answer:
        answers = holder.answers
        if name not in answers:
            answers[name] = function(holder)
        return answers[name]  # type: ignore[no-any-return]

    return asked


once_a_module = once_a_project = _once


def once_a_document(function: Callable[[Document], Answer]) -> Callable[[Document], Answer]:
    """Keep the answer of a function of one document until it is asked for another: rules ask for the same one after the other."""
    last: list[tuple[Document, Answer]] = []

    @wraps(function)
    def asked(document: Document) -> Answer:
        if not last or last[0][0] is not document:
            last[:] = [(document, function(document))]
        return last[0][1]

    return asked
