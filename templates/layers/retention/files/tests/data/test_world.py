"""The world is what it says: its effect, its bots, its drift, its layouts; and the same seed makes the same world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import world
from {{ cookiecutter.package }}.behaviour import LIFT
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.population import DAY, DRIFT_STARTS, Size

TINY = Size(users=500)


def test_the_reminder_brings_back_the_share_it_should(tables: dict[str, Columns]) -> None:
    truth = tables["truth"]
    away = truth["retained_without"] == 0
    assert (truth["retained_reminded"] >= truth["retained_without"]).all()
    assert truth["retained_reminded"][away].mean() == pytest.approx(LIFT, abs=0.02)


def test_what_is_seen_of_each_user_is_the_outcome_of_the_arm(tables: dict[str, Columns], settings: Config) -> None:
    truth, arms, rows, users = tables["truth"], tables["arms"], tables["raw_events"], tables["users"]
    outcome = np.where(arms["arm"] == "reminder", truth["retained_reminded"], truth["retained_without"])
    began = users["registered_at"][np.searchsorted(users["user_id"], rows["user_id"])]
    second_week = (rows["name"] == "session_start") & (rows["occurred_at"] - began >= 7 * DAY + 1_200)
    over = users["registered_at"] < 100 * DAY
    seen = np.isin(users["user_id"], rows["user_id"][second_week])
    assert (seen[over] == (outcome[over] == 1)).mean() > 0.99
    drawn = arms["propensity"] < 1
    assert (arms["arm"][drawn] == "reminder").mean() == pytest.approx(settings.experiment.reminder_share, abs=0.03)


def test_adverts_take_over_and_stay_away_when_told_to() -> None:
    size = replace(TINY, users=3_000)
    shares = {}
    for drift in (True, False):
        users = world.make(size, seed=1, reminder_share=0.5, drift=drift).users
        late = users["registered_at"] >= DRIFT_STARTS * DAY
        advert = users["channel"] == "advert"
        shares[drift] = float(advert[late].mean() - advert[~late].mean())
    assert shares[True] > 0.2
    assert abs(shares[False]) < 0.06


def test_each_release_writes_its_layout(tables: dict[str, Columns]) -> None:
    rows = tables["raw_events"]
    of_app = rows["source"] == "app"
    assert {str(one) for one in np.unique(rows["version"][of_app & (rows["layout"] == 1)])} == {"4.0"}
    assert {str(one) for one in np.unique(rows["version"][of_app & (rows["layout"] == 2)])} == {"4.1", "4.2"}


def test_equal_seeds_make_equal_worlds_and_others_do_not() -> None:
    first, same = (world.make(TINY, seed=3, reminder_share=0.5).tables() for _ in range(2))
    other = world.make(TINY, seed=4, reminder_share=0.5).tables()
    for name, columns in first.items():
        for column, values in columns.items():
            assert np.array_equal(values, same[name][column], equal_nan=values.dtype.kind == "f")
    assert len(first["raw_events"]["event_id"]) != len(other["raw_events"]["event_id"])


def test_shards_of_a_large_world_share_no_ids() -> None:
    parts = list(world.shards(replace(TINY, shards=3), seed=1, reminder_share=0.5))
    for column in ("user_id", "event_id"):
        seen = [set(part.raw_events[column].tolist()) for part in parts]
        assert len(set.union(*seen)) == sum(map(len, seen))
