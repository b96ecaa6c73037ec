"""The referral service: one session in, one verdict on its account out, logged; without a model the rules decide."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from {{ cookiecutter.package }} import explain, features, limits, rules
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.artefact import trusted
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import Windows
from {{ cookiecutter.package }}.limits import PASS, VERDICTS
from {{ cookiecutter.package }}.memory import Memory
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import figures
from {{ cookiecutter.package }}.privacy import pseudonym
from {{ cookiecutter.package }}.read import from_server


class RefusedMessage(ValueError):
    """A message that cannot be judged; the text says what the caller must change."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do about an account and why; `score` and `probability` are None under rules."""

    session: int
    verdict: str
    score: float | None
    probability: float | None
    reasons: tuple[str, ...]
    watched_from_action: int | None
    caution: str
    model: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Release:
    """The model that may judge, with the ranges it has seen; `model` is None when there is none to be trusted."""

    model: Model | None
    ranges: dict[str, list[float]]
    problem: str = ""


def release(run: Path) -> Release:
    """The model of a run, if it is intact and reached the quality bar; else a release that leaves it to the rules."""
    model, reference, problem = trusted(run, models.load)
    return Release(model, reference.get("ranges", {}), problem)


class Service:
    """Judges accounts as their sessions end, and remembers each session for the next time."""

    def __init__(
        self, memory: Memory, released: Release, config: Config, contract: Contract, *, key: bytes, log: TextIO
    ) -> None:
        self.memory, self.released, self.config, self.contract = memory, released, config, contract
        self._key, self._log, self._digest = key, log, config.digest()

    def judge(self, message: Mapping[str, Any]) -> Verdict:
        """The verdict on the account of a session, logged before it is returned.

        Raises `ContractViolation` or `RefusedMessage` for a message that must not be judged; nothing is kept of it.
        """
        begin = time.perf_counter()
        sitting = from_server(message, self.contract)
        if sitting.session["account"] not in self.memory.accounts:
            raise RefusedMessage("player: no such account")
        if sitting.session["session"] in self.memory.sessions:
            raise RefusedMessage("id: this session was judged before")
        self.memory.add(sitting)
        windows = features.encode(*self.memory.around(sitting.session["account"]))
        windows = windows.rows(windows.account == sitting.session["account"])
        verdict = self._verdict(sitting.session["session"], windows)
        self._write(verdict, sitting.session, windows, milliseconds=1_000 * (time.perf_counter() - begin))
        return verdict

    def _verdict(self, session: int, windows: Windows) -> Verdict:
        model = self.released.model
        if model is None:
            found = int(rules.verdicts(windows, min_actions=self.config.limit.min_actions)[0])
            return Verdict(session, VERDICTS[found], None, None, (), None, "", rules.VERSION, self._digest)
        score = model.ensemble.score(windows)
        found = int(limits.decide(score, windows.mask.sum(axis=1), model.limits, self.config.limit)[0])
        why = explain.explain(model, windows, self.released.ranges, self.config.limit)
        strongest = [reason.code for reason in why.reasons[: self.config.serving.reasons] if reason.adds > 0]
        return Verdict(
            session=session,
            verdict=VERDICTS[found],
            score=float(score[0]),
            probability=float(model.probability(score)[0]),
            reasons=tuple(strongest) if found != PASS else (),
            watched_from_action=why.watched_from_action,
            caution=why.caution,
            model=model.version,
            configuration=self._digest,
        )

    def _write(self, verdict: Verdict, session: Mapping[str, Any], windows: Windows, *, milliseconds: float) -> None:
        """One JSON line with all that monitoring, retraining and an appeal need, and no name of a person in it."""
        score = np.array([verdict.score if verdict.score is not None else 0.0])
        entry = {
            **asdict(verdict),
            "began_at": session["began_at"],
            "account": pseudonym(session["account"], key=self._key),
            "device": pseudonym(session["device"], key=self._key),
            "milliseconds": round(milliseconds, 3),
            "slow": milliseconds > self.config.serving.p99_ms,
            "figures": {name: float(values[0]) for name, values in figures(windows, score).items()},
        }
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()
