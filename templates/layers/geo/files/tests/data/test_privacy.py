"""Landowners reach neither features nor anything that is written; pseudonyms need the key; erasing erases."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import read
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.serve import Service


def test_no_personal_column_comes_through_the_door(tables: Tables, agreed: Contract) -> None:
    assert agreed.personal() == {"landowner", "email"}
    seen = {*tables.maps.layers, *tables.wells, *tables.proposals, *NAMES}
    assert not seen & agreed.personal()


def test_nothing_a_run_writes_names_a_person(finished: Finished, data: Path, agreed: Contract) -> None:
    leases = read.read_table(data / "leases.csv", agreed.tables["leases"])
    people = {*leases["landowner"].tolist(), *leases["email"].tolist()}
    for path in sorted(finished.run.folder.iterdir()):
        content = path.read_bytes()
        assert not [person for person in people if person.encode() in content], path.name


def test_the_prediction_log_has_a_pseudonym_of_who_asked(
    service: Service, messages: list[dict[str, Any]], log: io.StringIO
) -> None:
    service.advise(messages[0])
    assert re.fullmatch(r"[0-9a-f]{16}", json.loads(log.getvalue())["asked_by"])
    assert "Ada" not in log.getvalue()


def test_erasing_a_person_leaves_no_row_and_changes_nobody_else(data: Path, agreed: Contract, tmp_path: Path) -> None:
    shutil.copy(data / "leases.csv", tmp_path / "leases.csv")
    before = read.read_table(tmp_path / "leases.csv", agreed.tables["leases"])
    person = str(before["landowner"][0])
    theirs = before["landowner"] == person
    assert read.forget(tmp_path, agreed, person) == theirs.sum() > 0
    after = read.read_table(tmp_path / "leases.csv", agreed.tables["leases"])
    assert person not in after["landowner"]
    assert np.array_equal(after["well"], before["well"][~theirs])
    assert person not in (tmp_path / "leases.csv").read_text(encoding="utf-8")
