"""The hand-over contract from the consumers' side: what app, editors and the next training rely on."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.serve import FALLBACK, Service

PROJECT = Path(__file__).resolve().parents[2]
MESSAGE = json.loads((PROJECT / "docs" / "example.json").read_text(encoding="utf-8"))


def test_the_app_gets_as_many_items_as_agreed_and_all_exist(service: Service, tables: dict[str, Columns]) -> None:
    answer = service.recommend(MESSAGE)
    assert answer.user == MESSAGE["user"]
    assert len(answer.items) == service.config.serving.slots
    assert {slot.item for slot in answer.items} <= set(tables["items"]["item"].tolist())


def test_editors_find_every_reason_in_the_hand_over(project: Path) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    assert [feature.name for feature in FEATURES if f"| `{feature.name}` | {feature.reason} |" not in text] == []


def test_the_next_training_finds_what_it_needs_in_the_log(service: Service, log: io.StringIO) -> None:
    service.recommend(MESSAGE)
    entry = json.loads(log.getvalue())
    assert {"user", "shown_at", "items", "explored", "propensity", "model"} <= set(entry)
    assert len(entry["items"]) == len(entry["explored"]) == len(entry["propensity"])


def test_the_hand_over_promises_what_the_configuration_says(project: Path, service: Service) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    promised = re.search(r"p99 ≤ (\d+) ms", text)
    assert promised is not None
    assert float(promised[1]) == service.config.serving.p99_ms
    assert f"`{FALLBACK}`" in text
