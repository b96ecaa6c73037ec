"""The hand-over contract from the consumers' side: what reminders, product and the next training rely on."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.privacy import ENVIRONMENT
from {{ cookiecutter.package }}.serve import Service

Message = dict[str, Any]


def test_the_reminders_get_an_arm_they_know(service: Service, questions: list[Message]) -> None:
    assert {service.predict(one).arm for one in questions} == {"control", "reminder"}


def test_the_opened_desk_answers_by_lines_and_logs_what_it_said(
    finished: Finished, data: Path, project: Path, settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "00" * 32)
    runs, example = finished.run.folder.parent, (project / "docs" / "example.json").read_text(encoding="utf-8")
    question = json.loads(example)
    event = {
        "event_id": 10**12, "source": "app", "uid": question["user"], "type": "lesson_done", "release": "4.0",
        "occurred_s": 60, "received_s": 61,
    }  # fmt: skip
    with open_desk(settings, project=project, data=data, runs=runs) as desk:
        assert (desk.model, desk.problem) == (finished.run.id, "")
        answers = by_lines(desk, [json.dumps(event), json.dumps(question), "[]"])
        received, prediction, refused = map(json.loads, answers)
    assert received == {"received": True}
    assert prediction["user"] == question["user"]
    assert 0 < prediction["score"] < 1
    assert refused == {"error": "a message is one JSON object"}
    logged = (runs / "predictions.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(logged)["score"] == prediction["score"]


def test_the_product_team_finds_every_reason_in_the_hand_over(project: Path) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    assert [name for name in FEATURES if f"`{name}`" not in text] == []


def test_the_next_training_finds_what_it_needs_in_the_log(
    service: Service, questions: list[Message], log: io.StringIO
) -> None:
    service.predict(questions[0])
    assert {"user", "at", "score", "arm", "propensity", "model", "features"} <= set(json.loads(log.getvalue()))


def test_the_hand_over_promises_what_the_configuration_says(project: Path, service: Service) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    promised = re.search(r"p99 ≤ (\d+) ms", text)
    assert promised is not None
    assert float(promised[1]) == service.config.serving.p99_ms


def test_the_hand_over_names_every_owner_of_the_plan(project: Path, planned: Plan) -> None:
    text = " ".join((project / "docs" / "HANDOVER.md").read_text(encoding="utf-8").split())
    assert [owner for owner in planned.owners.values() if owner not in text] == []
