"""The ledger of what was published about whom: each answer costs its users epsilon, and past the budget none leaves.

A user registers in one week, so what a user has lost is the sum over the answers about that week: what a week has left
does not depend on the others, and a new week begins with the whole budget. Losses of pure differential privacy simply
add up; laws of composition that promise more pay off only beyond thirty to a hundred answers about the same users.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from {{ cookiecutter.package }}.record import digest, write_atomically

START = "0" * 64
_ROUNDING = 1e-9


class BudgetSpent(ValueError):
    """A question that would cost its users more than the budget has left."""


class BrokenLedger(ValueError):
    """A ledger from which an answer was taken, or in which one was altered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Noisy counts that were given out about the users of weeks `first` to `last`; `previous` is what came before."""

    about: str
    first: int
    last: int
    epsilon: float
    counts: list[int]
    at: str
    previous: str

    def digest(self) -> str:
        """SHA-256 of the whole answer, and through `previous` of all before it."""
        return digest(asdict(self))

    def covers(self, week: int) -> bool:
        """Whether users of that week are in it."""
        return self.first <= week <= self.last


def read(path: Path) -> list[Answer]:
    """Every answer so far. Raises `BrokenLedger` unless each follows the one before it."""
    if not path.exists():
        return []
    try:
        answers = [Answer(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (ValueError, TypeError) as error:
        raise BrokenLedger(f"{path.name} cannot be read: {error}") from error
    previous = START
    for number, one in enumerate(answers, start=1):
        if one.previous != previous:
            raise BrokenLedger(f"{path.name}: answer {number} does not follow the one before it; restore the file")
        previous = one.digest()
    return answers


def spent(answers: Sequence[Answer], week: int) -> float:
    """What has been published about a user who registered in that week, as epsilon."""
    return sum(one.epsilon for one in answers if one.covers(week))


def answer(
    path: Path, about: str, weeks: range, *, epsilon: float, budget: float, counts: Callable[[], Sequence[int]]
) -> Answer:
    """The answer to a question about the users of `weeks`, entered in the ledger before anyone sees it.

    A question that was answered before gets the same answer, for nothing: a fresh one could be averaged with it.
    `counts` draws the noisy counts, and is not called where the budget does not allow it. Raises `BudgetSpent`.
    """
    with _alone(path):
        answers = read(path)
        for one in answers:
            if (one.about, one.first, one.last, one.epsilon) == (about, weeks[0], weeks[-1], epsilon):
                return one
        if short := [week for week in weeks if spent(answers, week) + epsilon > budget + _ROUNDING]:
            used = spent(answers, short[0])
            raise BudgetSpent(
                f"weeks {short[0]} to {short[-1]}: {used:g} of {budget:g} are spent, and this would cost {epsilon:g}; "
                "ask about later weeks"
            )
        previous = answers[-1].digest() if answers else START
        at = datetime.now(UTC).isoformat(timespec="seconds")
        new = Answer(about, weeks[0], weeks[-1], epsilon, [int(one) for one in counts()], at, previous)
        lines = [json.dumps(asdict(one), sort_keys=True) for one in (*answers, new)]
        write_atomically(path, "\n".join(lines) + "\n")
        return new


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two answers at once would each see a budget without the other."""
    lock = path.with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError as error:
        raise ValueError(f"another export is at work; if none is, remove {lock}") from error
    try:
        yield
    finally:
        lock.unlink()
