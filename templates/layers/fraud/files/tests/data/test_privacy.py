"""Personal columns reach neither features nor anything that is written; pseudonyms need the key; erasing erases."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import FEATURES, NAMES
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import HISTORY


def test_no_feature_reads_a_personal_column(agreed: Contract) -> None:
    assert agreed.personal() == {"email", "birth_year"}
    for feature in FEATURES:
        words = set(re.findall(r"\w+", feature.sql)) | {feature.name}
        assert not words & agreed.personal()


def test_the_history_does_not_even_hold_personal_columns(service: Service, agreed: Contract) -> None:
    held = {row[0] for row in service.history.database.execute("SELECT column_name FROM duckdb_columns").fetchall()}
    assert "customer" in held
    assert not held & agreed.personal()


def test_nothing_a_run_writes_names_a_person(finished: Finished, tables: dict[str, Columns]) -> None:
    emails = tables["customers"]["email"][:200]
    for path in sorted(finished.run.folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not [email for email in emails if email in text], path.name


def test_the_prediction_log_has_pseudonyms_only(
    service: Service, messages: list[dict[str, Any]], log: io.StringIO
) -> None:
    service.decide(messages[0])
    values = re.findall(r'"(?:customer|card)": "([0-9a-f]{16})"', log.getvalue())
    assert len(values) == 2
    for name in ("customer", "card_token", "device"):
        assert not re.search(rf"\b{messages[0][name]}\b", log.getvalue().split('"features"')[0])


def test_erasing_a_person_leaves_no_row_and_changes_nobody_else(tables: dict[str, Columns]) -> None:
    customer = int(np.bincount(tables["payments"]["customer"]).argmax())
    with History.of(**{name: tables[name] for name in HISTORY}) as history:
        before = history.features()
        own_devices = tables["payments"]["device"][tables["payments"]["customer"] == customer]
        history.forget(customer)
        after = history.features()
        for table in ("payments", "activity", "customers"):
            assert not history.has(table, "customer", customer)
    apart = ~np.isin(tables["payments"]["device"], own_devices)
    kept = np.isin(before.payment, tables["payments"]["payment"][apart])
    still = np.isin(after.payment, before.payment[kept])
    assert np.array_equal(before.values[kept], after.values[still], equal_nan=True)
    assert set(NAMES) == {feature.name for feature in FEATURES}
