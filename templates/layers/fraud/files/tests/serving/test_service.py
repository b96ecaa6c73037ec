"""The service refuses what it must, falls back when it must, is fast enough, and logs what others need."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import rules
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import RefusedMessage, Release, Service, release

Message = dict[str, Any]

BAD: dict[str, Message] = {
    "amount_minor is missing": {"amount_minor": None},
    "whole number of cents": {"amount_minor": 49.9},
    "amount: 0.05 is outside": {"amount_minor": 5},
    "'cheque' is not one of": {"method": "cheque"},
    "integer expected": {"timestamp": "noon"},
    "device must be one value": {"device": [1, 2]},
    "customer: no such account": {"customer": 987_654_321},
}


@pytest.mark.parametrize("expected", BAD)
def test_a_bad_message_is_refused_in_words_and_leaves_no_trace(
    service: Service, messages: list[Message], log: io.StringIO, expected: str
) -> None:
    bad = {name: value for name, value in {**messages[0], **BAD[expected]}.items() if value is not None}
    with pytest.raises((ContractViolation, RefusedMessage), match=expected):
        service.decide(bad)
    assert log.getvalue() == ""
    assert service.decide(messages[0]).payment == messages[0]["id"]


def test_a_payment_is_decided_on_once(service: Service, messages: list[Message]) -> None:
    service.decide(messages[0])
    with pytest.raises(RefusedMessage, match="decided on before"):
        service.decide(messages[0])


def test_decisions_keep_the_service_level(service: Service, messages: list[Message], settings: Config) -> None:
    taken = []
    for message in messages:
        begin = time.process_time()
        service.decide(message)
        taken.append(1_000 * (time.process_time() - begin))
    assert np.median(taken) < settings.serving.p99_ms / 2
    assert np.percentile(taken, 99) < settings.serving.p99_ms, "processor time: whatever else the machine does"


def test_every_decision_is_logged_with_its_model_and_configuration(
    service: Service, messages: list[Message], log: io.StringIO, finished: Finished, settings: Config
) -> None:
    decisions = [service.decide(message) for message in messages[:5]]
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [entry["payment"] for entry in entries] == [decision.payment for decision in decisions]
    assert {entry["model"] for entry in entries} == {finished.run.id}
    assert {entry["configuration"] for entry in entries} == {settings.digest()}


def test_suspicious_payments_come_with_reasons(service: Service, messages: list[Message], settings: Config) -> None:
    decisions = [service.decide(message) for message in messages]
    stopped = [decision for decision in decisions if decision.wanted != "approve"]
    assert len(stopped) > 5
    assert all(1 <= len(decision.reasons) <= settings.serving.reasons for decision in stopped)


def test_without_a_model_the_rules_decide(service: Service, messages: list[Message], tmp_path: Path) -> None:
    service.released = release(tmp_path)
    assert "no complete model" in service.released.problem
    decision = service.decide({**messages[0], "amount_minor": 150_000})
    assert (decision.model, decision.wanted, decision.reasons) == (rules.VERSION, "block", ("R1 large amount",))


def test_an_altered_model_is_not_used(finished: Finished, tmp_path: Path) -> None:
    for name in ("model.json", "run.json", "trees.txt"):
        (tmp_path / name).write_bytes((finished.run.folder / name).read_bytes())
    assert release(tmp_path).model is not None
    text = (tmp_path / "model.json").read_text(encoding="utf-8")
    (tmp_path / "model.json").write_text(text.replace('"block": 0.', '"block": 0.0'), encoding="utf-8")
    assert "not the one that was saved" in release(tmp_path).problem


def test_a_model_below_the_bar_is_not_used(finished: Finished, tmp_path: Path) -> None:
    for name in ("model.json", "run.json", "trees.txt"):
        (tmp_path / name).write_bytes((finished.run.folder / name).read_bytes())
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    (tmp_path / "run.json").write_text(json.dumps({**document, "passed": False}), encoding="utf-8")
    assert release(tmp_path) == Release(None, {}, f"run {finished.run.id} did not reach the quality bar")


def test_a_payment_unlike_all_before_is_marked(service: Service, messages: list[Message]) -> None:
    service.released = Release(service.released.model, {**service.released.ranges, "amount_eur": [1.0, 2.0]})
    assert "amount_eur" in service.decide({**messages[0], "amount_minor": 19_999}).unusual
