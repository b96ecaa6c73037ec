"""The hand-over contract from the consumers' side: what security team, cashier and the next training rely on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from {{ cookiecutter.package }} import config
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract, ContractViolation
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.explain import REASONS
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.privacy import ENVIRONMENT
from {{ cookiecutter.package }}.read import from_server
from {{ cookiecutter.package }}.serve import Service

PROJECT = Path(__file__).resolve().parents[2]
MESSAGE: dict[str, Any] = json.loads((PROJECT / "docs" / "example.json").read_text(encoding="utf-8"))


def test_the_servers_milliseconds_are_our_milliseconds(agreed: Contract) -> None:
    assert from_server(MESSAGE, agreed).actions["milliseconds"].tolist() == [2_350, 4_100, 3_275, 1_840, 960, 5_120]


@pytest.mark.parametrize("milliseconds", [2, 2.35, 2_350_000])
def test_seconds_and_microseconds_are_refused(agreed: Contract, milliseconds: float) -> None:
    with pytest.raises(ContractViolation, match="milliseconds"):
        from_server({**MESSAGE, "actions": [["flop", "bet", 0.5, milliseconds]]}, agreed)


def test_the_cashier_gets_a_verdict_it_knows(service: Service, messages: list[dict[str, Any]]) -> None:
    assert {service.judge(message).verdict for message in messages} <= {"pass", "watch", "refer"}


def test_the_opened_desk_answers_by_lines_and_logs_what_it_judged(
    finished: Finished, data: Path, project: Path, settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "00" * 32)
    runs = finished.run.folder.parent
    with open_desk(settings, project=project, data=data, runs=runs) as desk:
        assert (desk.model, desk.problem) == (finished.run.id, "")
        first, second, third = map(json.loads, by_lines(desk, [json.dumps(MESSAGE), json.dumps(MESSAGE), "[]"]))
    assert (first["session"], first["model"]) == (MESSAGE["id"], finished.run.id)
    assert second == {"error": "id: this session was judged before"}
    assert third == {"error": "a message is one JSON object"}
    logged = (runs / "predictions.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(logged)["session"] == MESSAGE["id"]


def test_the_security_team_finds_every_reason_in_the_hand_over(project: Path) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    assert [code for code in REASONS if f"`{code}`" not in text] == []


def test_the_hand_over_promises_what_the_configuration_says(project: Path, service: Service) -> None:
    promised = re.search(r"p99 ≤ (\d+) ms", _text(project))
    assert promised is not None
    assert float(promised[1]) == service.config.serving.p99_ms


def test_the_target_is_the_one_that_was_agreed(project: Path) -> None:
    target = config.load(project / "conf").target
    agreed = re.search(r"recall of (\d+) %.*at most ([\d,]+) more labels.*below (\d+) %", _text(project), re.DOTALL)
    assert agreed is not None
    assert [int(figure.replace(",", "")) for figure in agreed.groups()] == [
        round(100 * target.recall), target.max_more_labels, round(100 * target.min_chance),
    ]  # fmt: skip


def test_the_accusations_are_as_few_as_was_agreed(project: Path, settings: Config) -> None:
    assert f"{settings.limit.false_accusations_per_10000:g} in 10,000 honest players" in _text(project)


def _text(project: Path) -> str:
    return " ".join((project / "docs" / "HANDOVER.md").read_text(encoding="utf-8").split())
