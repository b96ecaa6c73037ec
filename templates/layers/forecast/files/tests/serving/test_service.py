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

from {{ cookiecutter.package }} import baseline, config, world
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract, ContractViolation
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import from_message
from {{ cookiecutter.package }}.serve import RefusedMessage, Release, Service, release

Message = dict[str, Any]

BAD: dict[str, Message] = {
    "satellite is missing": {"satellite": None},
    "rows of numbers": {"satellite": [["bright"]]},
    "an image of": {"satellite": [[0.5, 0.5], [0.5, 0.5]]},
    "whole number": {"hour": "noon"},
    "stations must be numbers": {"stations": {"1": "strong"}},
    "station 4711 is not known": {"stations": {"4711": 5.0}},
    "observed: 400 is outside": {"stations": {"1": 400.0, **{str(n): 5.0 for n in range(2, 15)}}},
    "missing, at most": {"stations": {}},
}


@pytest.mark.parametrize("expected", BAD)
def test_a_bad_message_is_refused_in_words_and_leaves_no_trace(
    service: Service, messages: list[Message], log: io.StringIO, expected: str
) -> None:
    bad = {name: value for name, value in {**messages[0], **BAD[expected]}.items() if value is not None}
    with pytest.raises((ContractViolation, RefusedMessage), match=expected):
        service.answer(bad)
    assert log.getvalue() == ""
    assert service.answer(messages[0]).hour == messages[0]["hour"]


def test_an_image_in_percent_is_refused(service: Service, messages: list[Message]) -> None:
    percent = [[None if value is None else 100 * value for value in row] for row in messages[0]["satellite"]]
    with pytest.raises(ContractViolation, match="outside 0 to 1"):
        service.answer({**messages[0], "satellite": percent})


def test_an_hour_is_answered_once_and_in_order(service: Service, messages: list[Message]) -> None:
    service.answer(messages[1])
    for again in (messages[1], messages[0]):
        with pytest.raises(RefusedMessage, match="answered already"):
            service.answer(again)


def test_answers_keep_the_service_level(service: Service, messages: list[Message], settings: Config) -> None:
    taken = []
    for message in messages:
        begin = time.perf_counter()
        service.answer(message)
        taken.append(1_000 * (time.perf_counter() - begin))
    assert np.median(taken) < settings.serving.p99_ms
    assert max(taken) < settings.serving.p99_ms * 5, "five times the limit: test machines are shared"


def test_every_answer_is_logged_with_its_model_and_configuration(
    service: Service, messages: list[Message], log: io.StringIO, finished: Finished, settings: Config
) -> None:
    answers = [service.answer(message) for message in messages[:3]]
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [entry["hour"] for entry in entries] == [answer.hour for answer in answers]
    assert {entry["model"] for entry in entries} == {finished.run.id}
    assert {entry["configuration"] for entry in entries} == {settings.digest()}
    assert all(0 <= entry["unseen_share"] <= 1 and entry["milliseconds"] > 0 for entry in entries)


def test_without_a_model_the_stations_alone_decide_and_say_so(
    service: Service, messages: list[Message], tmp_path: Path, archive: Archive
) -> None:
    service.released = release(tmp_path)
    assert "no complete model" in service.released.problem
    answer = service.answer(messages[0])
    assert answer.model == baseline.FALLBACK
    assert {farm.low for farm in answer.farms} == {None}
    reported = np.array(list(messages[0]["stations"].values()))
    assert all(reported.min() - 0.1 <= farm.speed <= reported.max() + 0.1 for farm in answer.farms)


def test_an_altered_model_is_not_used(finished: Finished, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished.run.folder, tmp_path / "run"))
    assert release(folder).model is not None
    text = (folder / "model.json").read_text(encoding="utf-8")
    (folder / "model.json").write_text(text.replace('"longest": 6', '"longest": 7'), encoding="utf-8")
    assert "not the one that was saved" in release(folder).problem


def test_a_model_below_the_bar_is_not_used(finished: Finished, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished.run.folder, tmp_path / "run"))
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**document, "passed": False}), encoding="utf-8")
    assert release(folder) == Release(None, f"run {finished.run.id} did not reach the quality bar")


def test_the_opened_desk_answers_line_by_line_and_logs(
    data: Path, finished: Finished, settings: Config, project: Path, messages: list[Message], tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(finished.run.folder, runs / finished.run.id)
    with open_desk(settings, project=project, data=data, runs=runs) as desk:
        assert (desk.model, desk.problem) == (finished.run.id, "")
        first, second = map(json.loads, by_lines(desk, [json.dumps(messages[0]), "[]"]))
    assert first["hour"] == messages[0]["hour"]
    assert len(first["farms"]) == len(settings.forecast.leads_h) * 14
    assert "one JSON object" in second["error"]
    assert len((runs / "predictions.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_the_example_is_an_hour_of_the_region_that_the_first_command_makes(project: Path, agreed: Contract) -> None:
    example = json.loads((project / "docs" / "example.json").read_text(encoding="utf-8"))
    medium = world.SIZES["medium"]
    where = world.place(medium, seed=config.load(project / "conf").seed)
    none = np.zeros((0, *where.relief.shape))
    region = Archive(satellite=none, observed=none, reanalysis=none, relief=where.relief, stations=where.stations)
    now = from_message(example, region, agreed)
    assert now.hour >= medium.hours, "the newest hour of the archive is answered already"
    assert np.isnan(now.satellite).any(), "it shows how an unseen cell is written"
