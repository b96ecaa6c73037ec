"""The hand-over contract from the consumers' side: what planning, geologists and the next training rely on."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from {{ cookiecutter.package }}.caution import FLAGS
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.explain import GROUND
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.policy import ACTIONS
from {{ cookiecutter.package }}.privacy import ENVIRONMENT
from {{ cookiecutter.package }}.read import from_desk
from {{ cookiecutter.package }}.serve import Service

PROJECT = Path(__file__).resolve().parents[2]
MESSAGE = json.loads((PROJECT / "docs" / "example.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def text() -> str:
    """The hand-over."""
    return (PROJECT / "docs" / "HANDOVER.md").read_text(encoding="utf-8")


def test_the_desks_metres_are_our_kilometres_and_east_is_east(agreed: Contract) -> None:
    row = from_desk(MESSAGE, agreed)
    assert (row["east_km"], row["north_km"]) == (21.5, 9.25)


def test_planning_gets_an_action_it_knows(service: Service, messages: list[dict[str, Any]], text: str) -> None:
    assert {service.advise(message).action for message in messages} <= set(ACTIONS)
    assert [action for action in ACTIONS if f"`{action}`" not in text] == []


def test_geologists_find_every_flag_and_driver_in_the_hand_over(text: str) -> None:
    assert [code for code in (*FLAGS, "NO_MODEL", *NAMES, GROUND) if f"`{code}`" not in text] == []


def test_the_opened_desk_answers_by_lines_and_logs_what_it_advised(
    finished: Finished, data: Path, project: Path, settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "00" * 32)
    runs = finished.run.folder.parent
    with open_desk(settings, project=project, data=data, runs=runs) as desk:
        assert (desk.model, desk.problem) == (finished.run.id, "")
        first, second = map(json.loads, by_lines(desk, [json.dumps(MESSAGE), "[]"]))
    assert first["proposal"] == MESSAGE["id"]
    assert second == {"error": "a message is one JSON object"}
    logged = (runs / "predictions.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(logged)["proposal"] == MESSAGE["id"]


def test_the_next_training_finds_what_it_needs_in_the_log(service: Service, log: io.StringIO) -> None:
    service.advise(MESSAGE)
    wanted = {"proposal", "east_km", "north_km", "asked_at", "eur_kbbl", "low_kbbl", "high_kbbl", "action", "model"}
    assert wanted <= set(json.loads(log.getvalue()))


def test_the_hand_over_promises_what_the_configuration_says(text: str, service: Service) -> None:
    promised = re.search(r"p99 ≤ (\d+) ms", text)
    assert promised is not None
    assert float(promised[1]) == service.config.serving.p99_ms
    share = re.search(r"(\d+) of 100 wells", text)
    assert share is not None
    assert int(share[1]) == round(100 * service.config.interval.level)
