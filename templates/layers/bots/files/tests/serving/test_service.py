"""The service refuses what it must, falls back when it must, is fast enough, and logs what others need."""

from __future__ import annotations

import io
import json
import shutil
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
    "actions is missing": {"actions": None},
    "must be a list of": {"actions": [["flop", "bet"]]},
    "'showdown' is not one of": {"actions": [["showdown", "bet", 0.5, 900]]},
    "milliseconds: 1 is outside": {"actions": [["flop", "bet", 0.5, 1]]},
    "integer expected": {"timestamp": "noon"},
    "player: no such account": {"player": 987_654_321},
}


@pytest.mark.parametrize("expected", BAD)
def test_a_bad_message_is_refused_in_words_and_leaves_no_trace(
    service: Service, messages: list[Message], log: io.StringIO, expected: str
) -> None:
    bad = {name: value for name, value in {**messages[0], **BAD[expected]}.items() if value is not None}
    with pytest.raises((ContractViolation, RefusedMessage), match=expected):
        service.judge(bad)
    assert log.getvalue() == ""
    assert service.judge(messages[0]).session == messages[0]["id"]


def test_a_session_is_judged_once(service: Service, messages: list[Message]) -> None:
    service.judge(messages[0])
    with pytest.raises(RefusedMessage, match="judged before"):
        service.judge(messages[0])


def test_verdicts_keep_the_service_level(service: Service, messages: list[Message], settings: Config) -> None:
    taken = []
    for message in messages:
        begin = time.process_time()
        service.judge(message)
        taken.append(1_000 * (time.process_time() - begin))
    assert np.median(taken) < settings.serving.p99_ms * 0.75
    assert np.percentile(taken, 99) < settings.serving.p99_ms * 2, "twice the limit: test machines are shared"


def test_every_verdict_is_logged_with_its_model_and_configuration(
    service: Service, messages: list[Message], log: io.StringIO, finished: Finished, settings: Config
) -> None:
    verdicts = [service.judge(message) for message in messages[:5]]
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [entry["session"] for entry in entries] == [verdict.session for verdict in verdicts]
    assert {entry["model"] for entry in entries} == {finished.run.id}
    assert {entry["configuration"] for entry in entries} == {settings.digest()}


def test_suspicious_accounts_come_with_reasons(service: Service, messages: list[Message], settings: Config) -> None:
    verdicts = [service.judge(message) for message in messages]
    suspicious = [verdict for verdict in verdicts if verdict.verdict != "pass"]
    assert len(suspicious) >= 3
    assert all(1 <= len(verdict.reasons) <= settings.serving.reasons for verdict in suspicious)
    assert all(verdict.watched_from_action is not None for verdict in suspicious)


def test_without_a_model_the_rules_ask_for_a_look_and_never_accuse(
    service: Service, messages: list[Message], tmp_path: Path
) -> None:
    service.released = release(tmp_path)
    assert "no complete model" in service.released.problem
    clockwork = [["flop", "bet", 0.5, 1_500 + number] for number in range(40)]
    verdict = service.judge({**messages[0], "actions": clockwork})
    others = [service.judge(message) for message in messages[1:]]
    assert verdict.model == rules.VERSION
    assert {one.verdict for one in others} <= {"pass", "watch"}
    alone = Service(type(service.memory)(accounts={1}), service.released, service.config, service.contract,
                    key=bytes(32), log=io.StringIO())  # fmt: skip
    assert alone.judge({**messages[0], "player": 1, "actions": clockwork}).verdict == "watch"


def test_an_altered_model_is_not_used(finished: Finished, tmp_path: Path) -> None:
    folder = shutil.copytree(finished.run.folder, tmp_path / "run")
    assert release(folder).model is not None
    text = (folder / "model.json").read_text(encoding="utf-8")
    (folder / "model.json").write_text(text.replace('"refer": ', '"refer": 1'), encoding="utf-8")
    assert "not the one that was saved" in release(folder).problem


def test_a_model_below_the_bar_is_not_used(finished: Finished, tmp_path: Path) -> None:
    folder = shutil.copytree(finished.run.folder, tmp_path / "run")
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**document, "passed": False}), encoding="utf-8")
    assert release(folder) == Release(None, {}, f"run {finished.run.id} did not reach the quality bar")


def test_an_account_unlike_all_before_comes_with_a_caution(service: Service, messages: list[Message]) -> None:
    slow = [[street, action, fraction, 110_000] for street, action, fraction, _ in messages[0]["actions"]]
    memory = type(service.memory)(accounts={1})
    alone = Service(memory, service.released, service.config, service.contract, key=bytes(32), log=io.StringIO())
    assert "never seen before: mean_log_ms" in alone.judge({**messages[0], "player": 1, "actions": slow}).caution
    few = alone.judge({**messages[0], "player": 1, "id": 5, "actions": messages[0]["actions"][:3]})
    assert "actions, 24 are needed" in few.caution or "never seen before" in few.caution
