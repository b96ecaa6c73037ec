"""Personal columns reach neither features nor anything that is written; pseudonyms need the key; erasing erases."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import parquet, read, relations
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import FEATURES, HEARD, MEANINGS
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.warehouse import Warehouse


def test_no_feature_reads_a_personal_column(agreed: Contract) -> None:
    assert agreed.personal() == {"gender", "birth_year", "city", "email"}
    assert tuple(MEANINGS) == FEATURES
    for name in FEATURES:
        words = {name, *re.findall(r"\w+", MEANINGS[name].sources)}
        assert not {word for word in words for column in agreed.personal() if column in word}, name
    for goal in ("features", "labels", "logged", "active"):
        assert not set(re.findall(r"\w+", relations.statement(goal).lower())) & agreed.personal()


def test_the_warehouse_does_not_even_hold_personal_columns(warehouse: Warehouse, agreed: Contract) -> None:
    held = {row[0] for row in warehouse.database.execute("SELECT column_name FROM duckdb_columns").fetchall()}
    assert {"user_id", "channel"} <= held
    assert not held & agreed.personal()


def test_nothing_a_run_writes_names_a_person(finished: Finished, tables: dict[str, Columns]) -> None:
    emails = tables["users"]["email"][:200]
    for path in sorted(finished.run.folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not [email for email in emails if email in text], path.name


def test_the_prediction_log_has_pseudonyms_only(
    service: Service, questions: list[dict[str, Any]], log: io.StringIO
) -> None:
    service.predict(questions[0])
    assert re.search(r'"user": "[0-9a-f]{16}"', log.getvalue())
    assert not re.search(rf"\b{questions[0]['user']}\b", log.getvalue().split('"features"')[0])


def test_erasing_a_person_leaves_no_row_in_the_files(data: Path, tables: dict[str, Columns], tmp_path: Path) -> None:
    user_id = int(tables["raw_events"]["user_id"][0])
    shutil.copytree(data, tmp_path / "world")
    rows = sum(int((columns["user_id"] == user_id).sum()) for columns in tables.values())
    assert read.forget(tmp_path / "world", user_id) == rows > 4
    for name, columns in tables.items():
        left = parquet.table(tmp_path / "world" / name)
        assert np.array_equal(left["user_id"], columns["user_id"][columns["user_id"] != user_id])
    assert read.forget(tmp_path / "world", user_id) == 0


def test_erasing_a_person_from_the_warehouse_changes_nobody_else(
    tables: dict[str, Columns], settings: Config, warehouse: Warehouse
) -> None:
    before = warehouse.features()
    user_id = int(before.user_id[40])
    with Warehouse.of(settings, tables) as made:
        made.forget(user_id)
        assert made.user(user_id) is None
        after = made.features()
    others = before.rows(before.user_id != user_id)
    assert np.array_equal(others.values, after.values, equal_nan=True)
    assert np.array_equal(others.heard, after.heard)
    assert others.heard.shape[1] == len(HEARD)
