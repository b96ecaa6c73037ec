"""Personal columns reach neither features nor anything that is written; pseudonyms need the key; erasing erases."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import features
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import encode
from {{ cookiecutter.package }}.memory import Memory
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service


def test_no_feature_reads_a_personal_column(agreed: Contract, project: Path) -> None:
    assert agreed.personal() == {"email", "birth_year"}
    for name in ("features.py", "baseline.py", "monitor.py", "memory.py"):
        found = next((project / "src").glob(f"*/{name}")).read_text(encoding="utf-8")
        assert not set(re.findall(r"\w+", found)) & agreed.personal(), name
    assert not set(features.NUMBERS + features.CONTEXT) & agreed.personal()


def test_windows_are_made_without_the_table_of_accounts(tables: dict[str, Columns], agreed: Contract) -> None:
    for name in ("sessions", "actions"):
        assert not set(tables[name]) & agreed.personal()
    assert len(encode(tables["sessions"], tables["actions"])) > 1_000


def test_nothing_a_run_writes_names_a_person(finished: Finished, tables: dict[str, Columns]) -> None:
    emails = [email.encode() for email in tables["accounts"]["email"][:200].tolist()]
    for path in sorted(finished.run.folder.iterdir()):
        content = path.read_bytes()
        assert not [email for email in emails if email in content], path.name


def test_the_prediction_log_has_pseudonyms_only(
    service: Service, messages: list[dict[str, Any]], log: io.StringIO
) -> None:
    service.judge(messages[0])
    assert len(re.findall(r'"(?:account|device)": "([0-9a-f]{16})"', log.getvalue())) == 2
    for name in ("player", "fingerprint"):
        assert f'": {messages[0][name]},' not in log.getvalue()


def test_erasing_a_person_leaves_no_row_and_changes_nobody_apart(tables: dict[str, Columns]) -> None:
    memory = Memory.of(tables)
    first, second = tables["sessions"]["account"][:2].tolist()
    before = encode(*memory.around(second))
    memory.forget(first)
    assert first not in memory.accounts
    assert not [row for row in memory.sessions.values() if row["account"] == first]
    assert len(memory.actions) == len(memory.sessions)
    after = encode(*memory.around(second))
    assert np.array_equal(before.numbers, after.numbers)
