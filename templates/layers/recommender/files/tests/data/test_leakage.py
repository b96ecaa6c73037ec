"""What a list depends on had happened before it was made: cut the history there and nothing may change."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import counts
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES, Vectors
from {{ cookiecutter.package }}.stages import Ledger
from {{ cookiecutter.package }}.train import Prepared, cases, learn, prepare


def test_features_are_the_same_when_the_future_has_not_happened_yet(
    tables: dict[str, Columns], prepared: Prepared, media: Media, vectors: Vectors, settings: Config
) -> None:
    assert leaking(tables, prepared, media, vectors, settings) == set()


def test_a_planted_look_into_the_future_is_caught(
    tables: dict[str, Columns], prepared: Prepared, media: Media, vectors: Vectors, settings: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    whole_period = counts.STATE.replace("WHERE played_at < :moment", "WHERE played_at < :moment + 864000")
    assert whole_period != counts.STATE
    monkeypatch.setattr(counts, "STATE", whole_period)
    assert {"collaborative", "popularity"} <= leaking(tables, prepared, media, vectors, settings)


def test_factors_learned_for_the_test_period_know_nothing_of_it(
    tables: dict[str, Columns], prepared: Prepared, media: Media, settings: Config
) -> None:
    earlier = prepare(before(tables, prepared.periods.test), media, settings)
    quick = settings.model_copy(update={"tower": settings.tower.model_copy(update={"epochs": 1})})
    moment = prepared.periods.test
    ours, theirs = (learn(one, quick, moment=moment, members=1, ledger=Ledger()) for one in (prepared, earlier))
    assert np.array_equal(ours.factors, theirs.factors)
    assert ours.scale == theirs.scale


def before(tables: dict[str, Columns], moment: int) -> dict[str, Columns]:
    """The tables as they were at a moment; items stay, since they are listed before they are published."""
    plays, shown = tables["plays"], tables["impressions"]
    return {
        **tables,
        "plays": take(plays, plays["played_at"] < moment),
        "impressions": take(shown, shown["shown_at"] < moment),
    }


def leaking(
    tables: dict[str, Columns], prepared: Prepared, media: Media, vectors: Vectors, settings: Config
) -> set[str]:
    """Features that differ between the whole history and the one cut at the request, for some requests of each day."""
    found: set[str] = set()
    moments = sorted({request.moment for request in prepared.test})
    for moment in moments[::3]:
        asked = [request for request in prepared.test if request.moment == moment][:8]
        cut = prepare(before(tables, moment), media, settings)
        for whole, then in zip(
            cases(prepared, vectors, asked, settings), cases(cut, vectors, asked, settings), strict=True
        ):
            found |= {name for column, name in enumerate(NAMES) if (whole.values != then.values)[:, column].any()}
            assert set(whole.candidates) == set(then.candidates)
    return found
