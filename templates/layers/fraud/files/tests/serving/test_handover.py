"""The hand-over contract from the consumers' side: what cashier, analysts and the next training rely on."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.read import from_gateway
from {{ cookiecutter.package }}.serve import Service

MESSAGE = {
    "id": 990_000_001, "timestamp": 34_000_000, "customer": 0, "card_token": 1, "device": 1, "method": "card",
    "amount_minor": 4_990, "currency": "SEK", "ip_country": "SE", "card_country": "SE",
}  # fmt: skip


def test_the_gateways_cents_are_our_euros(agreed: Contract) -> None:
    assert from_gateway(MESSAGE, agreed)["amount"] == 49.90


def test_the_cashier_gets_an_action_it_knows(service: Service) -> None:
    decision = service.decide(MESSAGE)
    assert decision.payment == MESSAGE["id"]
    assert decision.action in {"approve", "review", "block"}


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
