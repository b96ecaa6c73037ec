"""Serving computes what training computed, bit by bit; it refuses in words and falls back; the papers are complete."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from {{ cookiecutter.package }} import read, record
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract, ContractViolation
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Finished, Prepared


@pytest.fixture
def service(finished: Finished, settings: Config, agreed: Contract) -> Service:
    """The service with the run's model."""
    return Service(finished.run.folder, settings, agreed)


def message(orders: Columns, order: int) -> dict[str, Any]:
    """An order as the shop sends it."""
    row = {name: values[order].item() for name, values in orders.items() if name != read.LABEL}
    return {name: value for name, value in row.items() if value == value}


def test_serving_and_training_agree_bit_by_bit(
    service: Service, orders: Columns, prepared: Prepared, finished: Finished
) -> None:
    scores = dict(zip(prepared.order.tolist(), finished.model.probability(prepared.values).tolist(), strict=True))
    asked = range(0, len(orders["order"]), 97)
    answers = [service.answer(message(orders, order)) for order in asked]
    assert [answer.probability for answer in answers] == [scores[order] for order in asked]
    assert {answer.warn for answer in answers} == {True, False}


def test_the_order_in_the_hand_over_is_answered(service: Service, project: Path) -> None:
    order = json.loads((project / "docs" / "example.json").read_text(encoding="utf-8"))
    assert service.answer(order).order == order["order"]


def test_a_fresh_process_gives_the_same_answer(
    service: Service, orders: Columns, finished: Finished, project: Path
) -> None:
    order = message(orders, 5)
    done = subprocess.run(
        [sys.executable, "-m", "{{ cookiecutter.package }}", "--runs", str(finished.run.folder.parent), "serve"],
        input=json.dumps(order) + "\n", capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(project / "src")},
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["probability"] == service.answer(order).probability
    assert answer["model"] == finished.run.id
    logged = (finished.run.folder.parent / "predictions.jsonl").read_text(encoding="utf-8")
    assert json.loads(logged.splitlines()[-1]) == answer
    assert order["street"] not in logged


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"distance_km": -1.0}, "is outside 0.1 to 500 km"),
        ({"carrier": "owl"}, "'owl' is not one of"),
        ({"promised_days": "soon"}, "integer expected"),
        ({"promised_days": [3, 4]}, "promised_days must be one value"),
        ({"days_late": 3}, "days_late is not known"),
    ],
)
def test_a_bad_order_is_refused_in_words(
    service: Service, orders: Columns, change: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ContractViolation, match=expected):
        service.answer({**message(orders, 1), **change})


def test_without_a_model_nobody_is_warned(settings: Config, agreed: Contract, orders: Columns, tmp_path: Path) -> None:
    answer = Service(tmp_path, settings, agreed).answer(message(orders, 1))
    assert (answer.probability, answer.warn, answer.model) == (None, False, "none")


def test_an_altered_model_is_not_used(finished: Finished, settings: Config, agreed: Contract, tmp_path: Path) -> None:
    document = json.loads((finished.run.folder / "model.json").read_text(encoding="utf-8"))
    (tmp_path / "model.json").write_text(json.dumps({**document, "offset": 0.0}), encoding="utf-8")
    assert "not the one that was saved" in Service(tmp_path, settings, agreed).problem


def test_card_and_record_speak_of_this_run(finished: Finished, settings: Config) -> None:
    card = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"Run `{finished.run.id}`" in card
    assert f"{finished.metrics.pr_auc:.3f}" in card
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    assert len(document["components"]) == 6
    assert document["components"]["configuration"]["digest"] == settings.digest()
    for name, digest in document["artefacts"].items():
        assert record.file_digest(finished.run.folder / name) == digest


@pytest.mark.parametrize("title", ["Inputs", "Outputs", "Fallback", "Owner", "Retirement"])
def test_the_hand_over_is_complete(project: Path, title: str) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    assert len(section.split()) > 8
