"""The recommendation service: a user in, a list out, logged; without a usable model the list of popular items."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from {{ cookiecutter.package }} import als, blend, explain, features
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.artefact import trusted
from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.counts import State
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.privacy import pseudonym

FALLBACK = "popular-1"


class RefusedMessage(ValueError):
    """A message that cannot be answered; the text says what the caller must change."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One item of a list. `propensity` is the chance with which it was drawn when `explored`, else 1."""

    item: int
    explored: bool
    propensity: float
    score: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A list for a user, and who made it."""

    user: int
    at: int
    items: tuple[Slot, ...]
    model: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Release:
    """The model that may answer; `model` is None when there is none to be trusted."""

    model: Model | None
    problem: str = ""


def release(run: Path) -> Release:
    """The model of a run, if it is intact and reached the quality bar; else a release for the fallback."""
    model, _, problem = trusted(run, models.load)
    return Release(model, problem)


class Service:
    """Answers requests from what had been played by the begin of the day; the day's own plays only shorten the list."""

    def __init__(
        self, history: History, media: Media, released: Release, config: Config, *, key: bytes, log: TextIO
    ) -> None:
        self.history, self.released, self.config = history, released, config
        self.vectors = released.model.learned.vectors(media) if released.model else None
        self._key, self._log, self._digest = key, log, config.digest()
        self._today: State | None = None

    def recommend(self, message: Mapping[str, Any]) -> Answer:
        """The list for a message `{"user": …, "at": …}`, logged before it is returned.

        Raises `RefusedMessage` for a message that must not be answered; nothing is kept of it.
        """
        begin = time.perf_counter()
        user, at = self._checked(message)
        state = self._state(at // DAY * DAY)
        played = self.history.interactions_of(user, at).item
        candidates = features.candidates(state, played)
        score, values = self.score(user, state)
        model = self.released.model
        adds = None if model is None else explain.contributions(values, model.weights, candidates)
        ranked = candidates[blend.order(score[candidates], state.item[candidates])]
        slots = tuple(self._slots(user, at, ranked, state, score, adds))
        version = FALLBACK if model is None else model.version
        answer = Answer(user, at, slots, version, self._digest)
        self._write(answer, milliseconds=1_000 * (time.perf_counter() - begin))
        return answer

    def score(self, user: int, state: State) -> tuple[Array, Array]:
        """Score and features of every item for a user at the begin of a day; popularity without a model."""
        if self.released.model is None or self.vectors is None:
            return state.recent, np.zeros((len(state.item), 0))
        seen = self.history.interactions_of(user, state.moment)
        taste = als.fold_in(seen, np.array([user]), self.vectors.item, self.vectors.als, self.config.als)[0]
        values = features.rows(taste, self.vectors, state, self.config.blend)
        return values @ self.released.model.weights, values

    def _checked(self, message: Mapping[str, Any]) -> tuple[int, int]:
        for name in ("user", "at"):
            if name not in message:
                raise RefusedMessage(f"{name} is missing")
            if type(message[name]) is not int or not 0 <= message[name] < 2**62:
                raise RefusedMessage(f"{name} must be a whole number, not negative")
        if not self.history.has_user(message["user"]):
            raise RefusedMessage("user: no such account")
        return message["user"], message["at"]

    def _state(self, moment: int) -> State:
        """What was known at the begin of a day, counted once a day."""
        if self._today is None or self._today.moment != moment:
            self._today = self.history.state(moment, recent_days=self.config.blend.recent_days)
        return self._today

    def _slots(self, user: int, at: int, ranked: Array, state: State, score: Array, adds: Array | None) -> list[Slot]:
        """The best items, and in a share of the slots any candidate by chance."""
        left = ranked.tolist()
        made: list[Slot] = []
        for position in range(min(self.config.serving.slots, len(left))):
            chance, pick = self._draw(user, at // DAY, position)
            explored = chance < self.config.exploration.share_of_slots
            propensity = 1 / len(left) if explored else 1.0
            row = left.pop(int(pick * len(left)) if explored else 0)
            why = () if adds is None or explored else explain.reasons(adds[row], count=self.config.serving.reasons)
            value = None if adds is None else float(score[row])
            made.append(Slot(int(state.item[row]), explored, propensity, value, why))
        return made

    def _draw(self, user: int, day: int, position: int) -> tuple[float, float]:
        """Two numbers in [0, 1), the same for the same slot of the same day: asking again does not draw again."""
        drawn = hmac.new(self._key, f"explore {user} {day} {position}".encode(), hashlib.sha256).digest()
        return int.from_bytes(drawn[:6], "big") / 2**48, int.from_bytes(drawn[6:12], "big") / 2**48

    def _write(self, answer: Answer, *, milliseconds: float) -> None:
        """One JSON line with all that retraining and monitoring need, and no name of a person in it."""
        entry = {
            "user": pseudonym(answer.user, key=self._key),
            "shown_at": answer.at,
            "items": [slot.item for slot in answer.items],
            "explored": [slot.explored for slot in answer.items],
            "propensity": [slot.propensity for slot in answer.items],
            "score": [slot.score for slot in answer.items],
            "reasons": [list(slot.reasons) for slot in answer.items],
            "model": answer.model,
            "configuration": answer.configuration,
            "milliseconds": round(milliseconds, 3),
            "slow": milliseconds > self.config.serving.p99_ms,
        }
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()
