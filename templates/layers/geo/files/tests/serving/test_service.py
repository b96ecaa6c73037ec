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

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import ContractViolation
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import FALLBACK, RefusedMessage, Release, Service, release

Message = dict[str, Any]

BAD: dict[str, Message] = {
    "easting is missing": {"easting": None},
    "northing must be a number of metres": {"northing": "12 km"},
    "the site lies outside the maps": {"easting": 1_900_000.0},
    "east_km: 20000 is outside": {"easting": 20_000_000.0},
    "integer expected": {"timestamp": "noon"},
    "asked_by is missing": {"asked_by": None},
    "asked_by must be one value": {"asked_by": ["Ada"]},
}
STORED = ("model.json", "process.npz", "run.json")


@pytest.mark.parametrize("expected", BAD)
def test_a_bad_message_is_refused_in_words_and_leaves_no_trace(
    service: Service, messages: list[Message], log: io.StringIO, expected: str
) -> None:
    bad = {name: value for name, value in {**messages[0], **BAD[expected]}.items() if value is not None}
    with pytest.raises((ContractViolation, RefusedMessage), match=expected):
        service.advise(bad)
    assert log.getvalue() == ""
    assert service.advise(messages[0]).proposal == messages[0]["id"]


def test_advice_keeps_the_service_level(service: Service, messages: list[Message], settings: Config) -> None:
    taken = []
    for message in messages:
        begin = time.process_time()
        service.advise(message)
        taken.append(1_000 * (time.process_time() - begin))
    assert np.median(taken) < settings.serving.p99_ms / 2
    assert np.percentile(taken, 99) < settings.serving.p99_ms, "processor time: whatever else the machine does"


def test_every_advice_is_logged_with_its_model_and_configuration(
    service: Service, messages: list[Message], log: io.StringIO, finished: Finished, settings: Config
) -> None:
    given = [service.advise(message) for message in messages[:5]]
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [entry["proposal"] for entry in entries] == [advice.proposal for advice in given]
    assert {entry["model"] for entry in entries} == {finished.run.id}
    assert {entry["configuration"] for entry in entries} == {settings.digest()}


def test_without_a_model_the_nearest_wells_answer_and_nothing_is_drilled(
    service: Service, messages: list[Message], tmp_path: Path
) -> None:
    service.released = release(tmp_path)
    assert "no complete model" in service.released.problem
    advice = service.advise(messages[0])
    assert (advice.model, advice.action, advice.flags) == (FALLBACK, "corroborate", ("NO_MODEL",))
    assert advice.eur_kbbl == np.median([well.eur_kbbl for well in advice.nearest_wells])
    assert advice.low_kbbl is None


@pytest.fixture
def copied(finished: Finished, tmp_path: Path) -> Path:
    """The released run's files, to be spoiled."""
    for name in STORED:
        shutil.copy(finished.run.folder / name, tmp_path / name)
    assert release(tmp_path).model is not None
    return tmp_path


@pytest.mark.parametrize("name", ["model.json", "process.npz"])
def test_an_altered_model_is_not_used(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    if name == "model.json":
        content = bytearray(content.replace(b'"level": ', b'"level": 1'))
    else:
        content[len(content) // 2] ^= 1
    (copied / name).write_bytes(bytes(content))
    assert "not the one that was saved" in release(copied).problem


def test_a_model_below_the_bar_is_not_used(copied: Path, finished: Finished) -> None:
    document = json.loads((copied / "run.json").read_text(encoding="utf-8"))
    (copied / "run.json").write_text(json.dumps({**document, "passed": False}), encoding="utf-8")
    assert release(copied) == Release(None, {}, f"run {finished.run.id} did not reach the quality bar")
