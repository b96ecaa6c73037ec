"""Deliveries become events: once each, in one unit, at a possible time, and none of bots."""

from __future__ import annotations

import re

import numpy as np
import pytest

from {{ cookiecutter.package }} import relations
from {{ cookiecutter.package }}.columns import Columns, concatenate, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.train import Prepared, training_rows
from {{ cookiecutter.package }}.warehouse import Warehouse


def test_the_world_delivers_twice_late_and_out_of_order(tables: dict[str, Columns]) -> None:
    rows = tables["raw_events"]
    assert 0.01 < 1 - len(np.unique(rows["event_id"])) / len(rows["event_id"]) < 0.06
    assert 0.02 < (rows["received_at"] - rows["occurred_at"] > 3_600).mean() < 0.1
    assert (np.diff(rows["occurred_at"]) < 0).mean() > 0.05
    assert (rows["occurred_at"] > rows["received_at"]).any()


def test_an_event_delivered_again_changes_no_feature(
    tables: dict[str, Columns], settings: Config, warehouse: Warehouse
) -> None:
    rows = tables["raw_events"]
    again = take(rows, np.arange(len(rows["event_id"])) % 3 == 0)
    again["received_at"] = again["received_at"] + 600
    with Warehouse.of(settings, {**tables, "raw_events": concatenate([rows, again])}) as twice:
        assert np.array_equal(twice.features().values, warehouse.features().values, equal_nan=True)


def test_lengths_mean_the_same_in_both_layouts(tables: dict[str, Columns], settings: Config) -> None:
    rows = tables["raw_events"]
    old = (rows["layout"] == 1) & (rows["name"] == "session_end")
    rewritten = {
        **rows,
        "layout": np.where(old, 2, rows["layout"]),
        "length": np.where(old, rows["length"] * 1_000, rows["length"]),
    }
    with (
        Warehouse.of(settings, tables) as before,
        Warehouse.of(settings, {**tables, "raw_events": rewritten}) as after,
    ):
        first, second = before.features(), after.features()
    assert old.sum() > 1_000
    assert np.array_equal(first.values, second.values, equal_nan=True)
    came = first.column("sessions") > 0
    by_session, moment = first.column("minutes")[came] / first.column("sessions")[came], first.moment[came]
    early, late = np.median(by_session[moment < 40 * 86_400]), np.median(by_session[moment > 60 * 86_400])
    assert early == pytest.approx(late, rel=0.15)


def test_a_clock_that_runs_ahead_does_not_move_an_event_past_its_arrival(
    tables: dict[str, Columns], settings: Config, warehouse: Warehouse
) -> None:
    rows = tables["raw_events"]
    wrong = np.where(rows["name"] == "lesson_done", rows["received_at"] + 500, 0)
    ahead = {**rows, "occurred_at": np.maximum(rows["occurred_at"], wrong)}
    with Warehouse.of(settings, {**tables, "raw_events": ahead}) as shifted:
        assert np.array_equal(shifted.features().column("lessons"), warehouse.features().column("lessons"))


def test_no_bot_is_trained_or_judged_on_and_hardly_a_person_is_lost(
    tables: dict[str, Columns], prepared: Prepared
) -> None:
    truth = tables["truth"]
    bots = truth["user_id"][truth["bot"] == 1]
    assert len(bots) == 100
    assert not np.isin(prepared.features.user_id, bots).any()
    everybody = (tables["users"]["registered_at"] <= prepared.features.moment.max() - 7 * 86_400).sum()
    people = everybody - np.isin(tables["users"]["user_id"], bots).sum()
    assert len(prepared.features.user_id) > 0.99 * people


def test_users_are_seen_once(prepared: Prepared) -> None:
    seen = np.concatenate(training_rows(prepared))
    assert len(np.unique(prepared.features.user_id[seen])) == len(seen)


SHARED = {
    "AS", "CAST", "CASE", "COALESCE", "COUNT", "FLOOR", "LAG", "LEAST", "MAX", "OVER", "ROUND", "ROW_NUMBER", "SUM",
    "IN", "FROM", "WITH", "AND", "WHEN",
}  # fmt: skip


@pytest.mark.parametrize("goal", ["features", "labels", "logged", "active"])
def test_the_sql_uses_only_what_every_engine_has(goal: str) -> None:
    text = re.sub(r"--.*", "", relations.statement(goal, one_user=True))
    called = {name.upper() for name in re.findall(r"\b([A-Za-z_]+)\s*\(", text)}
    assert called <= SHARED
    assert not re.search(r"::|\bILIKE\b|\bQUALIFY\b|\bFILTER\b|\[|\$", text)
    assert "{" not in text
