"""The decision service: one payment in, one decision out, logged; without a usable model the old rules decide."""

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

from {{ cookiecutter.package }} import explain, rules
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.artefact import trusted
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import NAMES, FeatureTable
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.policy import ACTIONS, APPROVE, BLOCK, decide
from {{ cookiecutter.package }}.privacy import pseudonym
from {{ cookiecutter.package }}.read import from_gateway


class RefusedMessage(ValueError):
    """A message that cannot be decided on; the text says what the caller must change."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a payment and why. `wanted` is the action before exploration; `score` is None under rules."""

    payment: int
    action: str
    wanted: str
    score: float | None
    reasons: tuple[str, ...]
    unusual: tuple[str, ...]
    explored: bool
    propensity: float
    model: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Release:
    """The model that may decide, with the ranges it has seen; `model` is None when there is none to be trusted."""

    model: Model | None
    ranges: Mapping[str, list[float]]
    problem: str = ""


def release(run: Path) -> Release:
    """The model of a run, if it is intact and reached the quality bar; else a release that leaves it to the rules."""
    model, reference, problem = trusted(run, models.load)
    return Release(model, reference.get("ranges", {}), problem)


class Service:
    """Decides on payments in the order in which they come, and adds each to the history it decides by."""

    def __init__(
        self, history: History, released: Release, config: Config, contract: Contract, *, key: bytes, log: TextIO
    ) -> None:
        self.history, self.released, self.config, self.contract = history, released, config, contract
        self._key, self._log, self._digest = key, log, config.digest()

    def decide(self, message: Mapping[str, Any]) -> Decision:
        """The decision on a gateway's message, logged before it is returned.

        Raises `ContractViolation` or `RefusedMessage` for a message that must not be decided on; nothing is kept of it.
        """
        begin = time.perf_counter()
        row = from_gateway(message, self.contract)
        if not self.history.has("customers", "customer", row["customer"]):
            raise RefusedMessage("customer: no such account")
        if self.history.has("payments", "payment", row["payment"]):
            raise RefusedMessage("id: this payment was decided on before")
        self.history.add("payments", row)
        features = self.history.features(only=row["payment"])
        decision = self._decide(features)
        self._write(decision, row, features, milliseconds=1_000 * (time.perf_counter() - begin))
        return decision

    def _decide(self, features: FeatureTable) -> Decision:
        payment, values = int(features.payment[0]), features.values[0]
        wanted, score, reasons, unusual, version = self._judge(features, values)
        explored = wanted == BLOCK and self._draw(payment) < self.config.exploration.share_of_blocked
        return Decision(
            payment=payment,
            action=ACTIONS[APPROVE if explored else wanted],
            wanted=ACTIONS[wanted],
            score=score,
            reasons=reasons,
            unusual=unusual,
            explored=explored,
            propensity=self.config.exploration.share_of_blocked if wanted == BLOCK else 1.0,
            model=version,
            configuration=self._digest,
        )

    def _judge(
        self, features: FeatureTable, values: Array
    ) -> tuple[int, float | None, tuple[str, ...], tuple[str, ...], str]:
        """Action, score, reasons, inputs never seen before, and who decided."""
        model = self.released.model
        if model is None or np.isinf(values).any():
            hit = tuple(code for code, hits in rules.Rules().hits(features).items() if hits[0])
            return (BLOCK if hit else APPROVE), None, hit, (), rules.VERSION
        probability = model.classifier.probability(features.values)
        action = int(decide(probability, model.thresholds)[0])
        found = explain.reasons(model.classifier, values, count=self.config.serving.reasons)
        why = tuple(reason.code for reason in found) if action != APPROVE else ()
        strange = tuple(explain.unusual(self.released.ranges, values))
        return action, float(probability[0]), why, strange, model.version

    def _draw(self, payment: int) -> float:
        """Uniform in [0, 1) and the same for the same payment: a retry cannot be used to slip through."""
        drawn = hmac.new(self._key, f"explore {payment}".encode(), hashlib.sha256).digest()
        return int.from_bytes(drawn[:7], "big") / 2**56

    def _write(
        self, decision: Decision, row: Mapping[str, Any], features: FeatureTable, *, milliseconds: float
    ) -> None:
        """One JSON line with all that retraining, monitoring and an appeal need, and no name of a person in it."""
        entry = {
            "payment": decision.payment,
            "paid_at": row["paid_at"],
            "customer": pseudonym(row["customer"], key=self._key),
            "card": pseudonym(row["card"], key=self._key),
            "action": decision.action,
            "wanted": decision.wanted,
            "score": decision.score,
            "reasons": list(decision.reasons),
            "unusual": list(decision.unusual),
            "explored": decision.explored,
            "propensity": decision.propensity,
            "model": decision.model,
            "configuration": decision.configuration,
            "milliseconds": round(milliseconds, 3),
            "slow": milliseconds > self.config.serving.p99_ms,
            "features": {
                name: None if np.isnan(value) else float(value)
                for name, value in zip(NAMES, features.values[0], strict=True)
            },
        }
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()
