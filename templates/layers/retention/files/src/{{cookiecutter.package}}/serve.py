"""The service: events in as they arrive, a score out on a user's seventh day, logged; else the cohort rate answers."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from {{ cookiecutter.package }} import baseline, explain
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.artefact import UnusableModel
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.explain import Experience, Footing
from {{ cookiecutter.package }}.features import FEATURES, FeatureTable
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.privacy import pseudonym
from {{ cookiecutter.package }}.read import from_collector
from {{ cookiecutter.package }}.warehouse import Warehouse


class RefusedMessage(ValueError):
    """A message that cannot be answered; the text says what the caller must change."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The chance that a user comes back in the second week, why, and on what it rests; the arm drawn for the user.

    `footing` is None under the cohort rate. A user the pipeline takes for a bot gets no score.
    """

    user: int
    score: float | None
    bot: bool
    arm: str
    propensity: float
    reasons: tuple[str, ...]
    unusual: tuple[str, ...]
    footing: Footing | None
    model: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Release:
    """The model that may answer and what it has seen; `model` is None when there is none to be trusted."""

    model: Model | None
    ranges: Mapping[str, list[float]]
    experience: Experience | None
    cohort_rate: baseline.CohortRate
    problem: str = ""


def release(run: Path) -> Release:
    """The model of a run, if it is intact and reached the quality bar; else a release with the cohort rate alone."""
    nothing = baseline.CohortRate({}, 0.5)
    try:
        model, reference = models.load(run)
        passed = json.loads((run / "run.json").read_text(encoding="utf-8"))["passed"]
    except (UnusableModel, OSError, ValueError, KeyError) as error:
        return Release(None, {}, None, nothing, str(error))
    if not passed:
        return Release(None, {}, None, model.baseline, f"run {model.version} did not reach the quality bar")
    seen = Experience(**reference["experience"])
    return Release(model, reference["normal"]["ranges"], seen, model.baseline)


class Service:
    """Takes events and users as they come, and answers questions about users whose first week is over."""

    def __init__(
        self, warehouse: Warehouse, released: Release, config: Config, contract: Contract, *, key: bytes, log: TextIO
    ) -> None:
        self.warehouse, self.released, self.config, self.contract = warehouse, released, config, contract
        self._key, self._log, self._digest = key, log, config.digest()

    def receive(self, message: Mapping[str, Any]) -> None:
        """Keep an event from a collector. Raises `ContractViolation` or `RefusedMessage`; nothing is kept then."""
        row = from_collector(message, self.contract)
        if self.warehouse.user(row["user_id"]) is None:
            raise RefusedMessage("user: no such account")
        self.warehouse.add("raw_events", row)

    def predict(self, message: Mapping[str, Any]) -> Prediction:
        """The answer to `{"user": id, "at": seconds}`, logged before it is returned. Raises `RefusedMessage`."""
        begin = time.perf_counter()
        user_id, at = message.get("user"), message.get("at")
        if type(user_id) is not int or type(at) is not int:
            raise RefusedMessage("a question needs `user` and `at`, both whole numbers")
        account = self.warehouse.user(user_id)
        if account is None:
            raise RefusedMessage("user: no such account")
        moment = account["registered_at"] + self.config.windows.feature_days * DAY
        if at < moment:
            raise RefusedMessage(f"user: the first week is not over; ask again at {moment}")
        features = self.warehouse.features(only=user_id)
        prediction = self._predict(user_id, account, features)
        self._write(prediction, features, at=at, milliseconds=1_000 * (time.perf_counter() - begin))
        return prediction

    def _predict(self, user_id: int, account: Mapping[str, Any], features: FeatureTable) -> Prediction:
        bot = not len(features.user_id)
        reminded = not bot and self._draw(user_id) < self.config.experiment.reminder_share
        share = self.config.experiment.reminder_share
        model, seen = self.released.model, self.released.experience
        reasons: tuple[str, ...] = ()
        unusual: tuple[str, ...] = ()
        footing: Footing | None = None
        if bot:
            score = None
        elif model is None or seen is None:
            places = (np.array([account[name]]) for name in ("platform", "channel"))
            score = float(self.released.cohort_rate.probability(*places)[0])
        else:
            values = features.values[0]
            score = float(model.classifier.probability(features.values)[0])
            found = explain.reasons(model.classifier, values, count=self.config.explain.reasons)
            reasons = tuple(f"{'+' if reason.adds > 0 else '-'}{reason.code}" for reason in found)
            unusual = tuple(explain.unusual(self.released.ranges, values))
            footing = explain.footing(seen, score, values, features.heard[0], self.config.explain)
        return Prediction(
            user=user_id,
            score=score,
            bot=bot,
            arm="reminder" if reminded else "control",
            propensity=1.0 if bot else share if reminded else 1 - share,
            reasons=reasons,
            unusual=unusual,
            footing=footing,
            model=baseline.VERSION if model is None else model.version,
            configuration=self._digest,
        )

    def _draw(self, user_id: int) -> float:
        """Uniform in [0, 1) and the same for the same user: asking again cannot change an arm."""
        drawn = hmac.new(self._key, f"arm {user_id}".encode(), hashlib.sha256).digest()
        return int.from_bytes(drawn[:7], "big") / 2**56

    def _write(self, prediction: Prediction, features: FeatureTable, *, at: int, milliseconds: float) -> None:
        """One JSON line with all that retraining, monitoring and the experiment need, and no name of a person in it."""
        entry = asdict(prediction) | {
            "user": pseudonym(prediction.user, key=self._key),
            "at": at,
            "milliseconds": round(milliseconds, 3),
            "slow": milliseconds > self.config.serving.p99_ms,
            "features": {
                name: None if np.isnan(value) else float(value)
                for values in features.values
                for name, value in zip(FEATURES, values, strict=True)
            },
        }
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()
