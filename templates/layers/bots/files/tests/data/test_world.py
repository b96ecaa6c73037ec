"""The world is what it says: its bots, its few and noisy verdicts; and the same seed makes the same world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import world
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.split import DAY
from {{ cookiecutter.package }}.world import Size

TINY = Size(accounts=400)


def test_the_share_of_bots_is_the_one_promised(tables: dict[str, Columns]) -> None:
    assert tables["truth"]["bot"].mean() == pytest.approx(world.BOT_SHARE, abs=0.002)


def test_verdicts_are_few_late_and_sometimes_wrong_but_never_about_people_met(tables: dict[str, Columns]) -> None:
    verdicts, truth = tables["verdicts"], tables["truth"]["bot"]
    met = verdicts["source"] == "event"
    right = verdicts["bot"] == truth[verdicts["account"]]
    assert right[met].all()
    assert 0.9 < right[~met].mean() < 1.0
    known_bots = np.isin(np.flatnonzero(truth), verdicts["account"][verdicts["bot"] == 1]).mean()
    assert 0.3 < known_bots < 0.6
    last = np.zeros(len(truth))
    np.maximum.at(last, tables["sessions"]["account"], tables["sessions"]["began_at"].astype(float))
    delay = (verdicts["decided_at"] - last[verdicts["account"]]) / DAY
    assert delay.min() >= 2 - 1e-4
    assert delay.max() <= 20


def test_the_unseen_family_appears_in_the_last_month_only_and_not_without_drift(tables: dict[str, Columns]) -> None:
    mimics = np.flatnonzero(tables["truth"]["family"] == "mimic")
    sessions = tables["sessions"]
    assert len(mimics) > 5
    assert sessions["began_at"][np.isin(sessions["account"], mimics)].min() > 89 * DAY
    assert "mimic" not in world.make(replace(TINY, accounts=2_000), seed=1, drift=False).truth["family"]


def test_people_drift_in_tempo_and_a_sampler_does_not() -> None:
    made = world.make(replace(TINY, accounts=4_000), seed=2)
    kinds = {family: _memory(made, family) for family in ("human", "sampler", "mimic")}
    assert kinds["human"] > 0.4
    assert kinds["sampler"] < 0.1
    assert kinds["mimic"] < kinds["human"] - 0.2


def test_equal_seeds_make_equal_worlds_and_others_do_not() -> None:
    first, same = (world.make(TINY, seed=3).tables() for _ in range(2))
    other = world.make(TINY, seed=4).tables()
    for name, columns in first.items():
        for column, values in columns.items():
            assert np.array_equal(values, same[name][column])
    assert len(first["actions"]["street"]) != len(other["actions"]["street"])


def test_shards_of_a_large_world_share_no_ids() -> None:
    parts = list(world.shards(replace(TINY, shards=3), seed=1))
    for column in ("session", "account", "device"):
        seen = [set(part.sessions[column].tolist()) for part in parts]
        assert len(set.union(*seen)) == sum(map(len, seen))


def _memory(made: world.World, family: str) -> float:
    """How much one time tells about the next, within sessions of a family: correlation of neighbours."""
    owner = made.sessions["account"][made.actions["session"]]
    chosen = made.truth["family"][owner] == family
    log_ms, session = np.log(made.actions["milliseconds"][chosen]), made.actions["session"][chosen]
    mean = np.bincount(session, weights=log_ms)[session] / np.bincount(session)[session]
    rest = log_ms - mean
    together = session[1:] == session[:-1]
    return float(np.corrcoef(rest[1:][together], rest[:-1][together])[0, 1])
