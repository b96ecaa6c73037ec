"""A feature may know only what had arrived by the seventh day: cut each user's stream there and nothing may change."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import relations
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.warehouse import Warehouse

WHOLE = relations.text


def test_features_are_the_same_when_the_second_week_has_not_happened_yet(
    tables: dict[str, Columns], settings: Config
) -> None:
    assert leaking(tables, settings) == []


@pytest.mark.parametrize(
    ("relation", "old", "new"),
    [
        ("known", "< people.registered_at + :window\n", "< people.registered_at + :window + 86400\n"),
        ("known", "  AND events.received_at < people.registered_at + :window", ""),
        ("known", "events.received_at < people", "events.occurred_at < people"),
    ],
    ids=["a day of the second week", "what arrives later", "arrival taken for occurrence"],
)
def test_a_planted_look_into_the_future_is_caught(
    tables: dict[str, Columns], settings: Config, monkeypatch: pytest.MonkeyPatch, relation: str, old: str, new: str
) -> None:
    changed = WHOLE(relation).replace(old, new)
    assert changed != WHOLE(relation)
    if "86400" in new:
        changed = changed.replace("events.received_at < people.registered_at + :window", "events.received_at > 0")
    monkeypatch.setattr(relations, "text", lambda name: changed if name == relation else WHOLE(name))
    assert {"sessions", "active_days", "lessons"} <= set(leaking(tables, settings))


def test_the_label_is_of_the_second_week_only(tables: dict[str, Columns], settings: Config) -> None:
    registered = dict(zip(tables["users"]["user_id"].tolist(), tables["users"]["registered_at"].tolist(), strict=True))
    rows = tables["raw_events"]
    began = np.array([registered[user] for user in rows["user_id"].tolist()])
    day = (np.minimum(rows["occurred_at"], rows["received_at"]) - began) // DAY
    back = (rows["name"] == "session_start") & (day >= 7) & (day < 14)
    with Warehouse.of(settings, tables) as warehouse:
        label = warehouse.ask("labels", as_of=int(rows["received_at"].max()))
    assert np.array_equal(label["retained"], np.isin(label["user_id"], rows["user_id"][back]).astype(int))


def leaking(tables: dict[str, Columns], settings: Config) -> list[str]:
    """Features that differ between the whole stream and the one cut for each user at the moment of prediction."""
    users, rows = tables["users"], tables["raw_events"]
    position = np.searchsorted(users["user_id"], rows["user_id"])
    past = rows["received_at"] < users["registered_at"][position] + settings.windows.feature_days * DAY
    with (
        Warehouse.of(settings, tables) as whole,
        Warehouse.of(settings, {**tables, "raw_events": take(rows, past)}) as cut,
    ):
        everything, then = whole.features(), cut.features()
    both = np.intersect1d(everything.user_id, then.user_id)
    now, before = (one.rows(np.isin(one.user_id, both)) for one in (everything, then))
    assert len(both) > 0.95 * len(then.user_id)
    return [name for name in FEATURES if not np.array_equal(now.column(name), before.column(name), equal_nan=True)]
