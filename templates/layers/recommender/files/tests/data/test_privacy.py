"""Personal columns reach neither features nor anything that is written; pseudonyms need the key; erasing erases."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

from {{ cookiecutter.package }} import als
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.history import History
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import RefusedMessage, Service


def test_the_history_does_not_even_hold_personal_columns(service: Service, agreed: Contract) -> None:
    assert agreed.personal() == {"email", "birth_year"}
    held = {row[0] for row in service.history.database.execute("SELECT column_name FROM duckdb_columns").fetchall()}
    assert "user" in held
    assert not held & agreed.personal()


def test_nothing_a_run_writes_names_a_person(finished: Finished, tables: dict[str, Columns]) -> None:
    emails = tables["users"]["email"][:200]
    for path in sorted(finished.run.folder.iterdir()):
        content = path.read_bytes()
        assert not [email for email in emails if email.encode() in content], path.name


def test_the_model_holds_no_user(finished: Finished, tables: dict[str, Columns]) -> None:
    """Sizes tell: everything in the model has to do with items, features or the network, and nothing with users."""
    users = len(tables["users"]["user"])
    with np.load(finished.run.folder / "model.npz") as arrays:
        shapes = [arrays[name].shape for name in arrays]
    assert shapes
    assert all(users not in shape for shape in shapes)


def test_the_prediction_log_has_pseudonyms_only(service: Service, log: io.StringIO) -> None:
    service.recommend({"user": 417, "at": 3_000_000})
    assert re.search(r'"user": "[0-9a-f]{16}"', log.getvalue())
    assert not re.search(r'"user": "?417\b', log.getvalue())


def test_erasing_a_person_leaves_no_row_no_taste_and_changes_nobody_else(
    tables: dict[str, Columns], finished: Finished, settings: Config, service: Service
) -> None:
    moment = int(tables["plays"]["played_at"].max()) + 1
    learned = finished.model.learned
    with History.of(**{name: tables[name] for name in ("users", "items", "plays")}) as history:
        before = history.interactions(moment)
        user = int(np.bincount(before.user).argmax())
        history.forget(user)
        after = history.interactions(moment)
        assert not history.has_user(user)
        assert user not in after.user
        assert not als.fold_in(after, np.array([user]), learned.item, learned.factors, settings.als).any()
    kept = before.user != user
    assert np.array_equal(before.user[kept], after.user)
    assert np.array_equal(before.plays[kept], after.plays)
    service.history.forget(user)
    with pytest.raises(RefusedMessage, match="no such account"):
        service.recommend({"user": user, "at": moment})
