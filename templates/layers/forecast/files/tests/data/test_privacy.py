"""Observers' addresses stay at the door; stations are named by pseudonyms in logs; a person can be forgotten."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import read
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import CHANNELS
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.privacy import pseudonym
from {{ cookiecutter.package }}.serve import Service


def test_no_personal_field_is_a_feature(agreed: Contract) -> None:
    assert agreed.personal() == {"observer"}
    assert not agreed.personal() & set(CHANNELS)


def test_no_address_is_in_any_artefact_or_log(
    finished: Finished, service: Service, messages: list[dict[str, Any]], log: io.StringIO, archive: Archive
) -> None:
    for one in messages:
        service.answer(one)
    texts = [path.read_bytes() for path in finished.run.folder.iterdir()] + [log.getvalue().encode()]
    assert [text for text in texts if b"@example.org" in text.replace(b"ml-team@example.org", b"")] == []
    assert all("@" in observer for observer in archive.stations.observer)


def test_logs_name_stations_by_pseudonyms(service: Service, messages: list[dict[str, Any]], log: io.StringIO) -> None:
    service.answer(messages[0])
    entry = json.loads(log.getvalue())
    names = {farm["station"] for farm in entry["farms"]}
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in names)
    assert pseudonym(1, key=b"x" * 32) not in names
    with pytest.raises(ValueError, match="32 are needed"):
        pseudonym(1, key=b"short")


def test_an_observer_is_forgotten_with_all_reports(data: Path, agreed: Contract, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(data, tmp_path / "world"))
    before = read.read(folder, agreed)
    person = str(before.stations.observer[2])
    assert read.erase(folder, observer=person) == 1
    after = read.read(folder, agreed)
    assert person not in after.stations.observer
    assert person not in (folder / "stations.csv").read_text(encoding="utf-8")
    assert np.isnan(np.asarray(after.observed[:])[:, 2]).all()
    assert np.array_equal(np.asarray(after.observed[:])[:, 1], np.asarray(before.observed[:])[:, 1], equal_nan=True)
    assert read.erase(folder, observer=person) == 0
