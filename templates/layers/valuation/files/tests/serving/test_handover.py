"""The hand-over contract from the consumers' side: what credit, valuers and risk rely on."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }}.explain import DOUBTS
from {{ cookiecutter.package }}.serve import Service

PROJECT = Path(__file__).resolve().parents[2]
MESSAGE = json.loads((PROJECT / "docs" / "example.json").read_text(encoding="utf-8"))


def test_credit_gets_a_lower_bound_below_the_value(service: Service) -> None:
    answer = service.value(MESSAGE)
    assert answer.low_eur is not None
    assert answer.high_eur is not None
    assert 20_000 < answer.low_eur < answer.value_eur < answer.high_eur < 2_000_000


def test_an_area_in_square_feet_is_the_same_home(service: Service) -> None:
    in_feet = service.value({**MESSAGE, "area": 1_076.391, "area_unit": "sqft"})
    assert abs(in_feet.value_eur / service.value(MESSAGE).value_eur - 1) < 1e-4


def test_valuers_find_every_doubt_in_the_hand_over(project: Path) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    assert [code for code, words in DOUBTS.items() if f"| `{code}` | {words} |" not in text] == []


def test_valuers_get_five_sales_with_what_they_need(service: Service) -> None:
    answer = service.value(MESSAGE)
    assert len(answer.comparables) == 5
    assert {"deed", "sold_on", "price_eur", "indexed_eur", "area_m2", "distance_m"} <= set(
        asdict(answer.comparables[0])
    )


def test_an_answer_can_be_sent_as_json(service: Service) -> None:
    sent: dict[str, Any] = json.loads(json.dumps(asdict(service.value(MESSAGE))))
    assert sent["subject"] == MESSAGE["subject"]


def test_the_hand_over_promises_what_the_configuration_says(project: Path, service: Service) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    promised = re.search(r"p99 ≤ (\d+) ms", text)
    assert promised is not None
    assert float(promised[1]) == service.config.serving.p99_ms
