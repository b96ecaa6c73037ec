"""The hand-over contract from the consumers' side: what cashier, analysts and the next training rely on."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.privacy import ENVIRONMENT
from {{ cookiecutter.package }}.read import from_gateway
from {{ cookiecutter.package }}.serve import Service

PROJECT = Path(__file__).resolve().parents[2]
MESSAGE = json.loads((PROJECT / "docs" / "example.json").read_text(encoding="utf-8"))


def test_the_gateways_cents_are_our_euros(agreed: Contract) -> None:
    assert from_gateway(MESSAGE, agreed)["amount"] == 49.90


def test_the_cashier_gets_an_action_it_knows(service: Service) -> None:
    decision = service.decide(MESSAGE)
    assert decision.payment == MESSAGE["id"]
    assert decision.action in {"approve", "review", "block"}


def test_the_opened_desk_answers_by_lines_and_logs_what_it_decided(
    finished: Finished, data: Path, project: Path, settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "00" * 32)
    runs = finished.run.folder.parent
    with open_desk(settings, project=project, data=data, runs=runs) as desk:
        assert (desk.model, desk.problem) == (finished.run.id, "")
        first, second, third = map(json.loads, by_lines(desk, [json.dumps(MESSAGE), json.dumps(MESSAGE), "[]"]))
    assert first["payment"] == MESSAGE["id"]
    assert second == {"error": "id: this payment was decided on before"}
    assert third == {"error": "a message is one JSON object"}
    logged = (runs / "predictions.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(logged)["payment"] == MESSAGE["id"]


def test_analysts_find_every_reason_in_the_hand_over(
    service: Service, messages: list[dict[str, Any]], project: Path
) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    reasons = {reason for message in messages for reason in service.decide(message).reasons}
    assert reasons
    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in text] == []


def test_the_next_training_finds_what_it_needs_in_the_log(service: Service, log: io.StringIO) -> None:
    service.decide(MESSAGE)
    assert {"payment", "action", "wanted", "explored", "propensity", "model"} <= set(json.loads(log.getvalue()))


def test_the_hand_over_promises_what_the_configuration_says(project: Path, service: Service) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    promised = re.search(r"p99 ≤ (\d+) ms", text)
    assert promised is not None
    assert float(promised[1]) == service.config.serving.p99_ms
