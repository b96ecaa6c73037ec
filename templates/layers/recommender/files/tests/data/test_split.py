"""Periods follow each other; the test period asks for cold items as for warm ones, and never for played ones."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }}.catalogue import DAY
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import Vectors
from {{ cookiecutter.package }}.judge import MODEL, judge
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import periods, warm
from {{ cookiecutter.package }}.train import Prepared, cases, lessons


def test_periods_follow_each_other_and_share_no_request(prepared: Prepared) -> None:
    spans = prepared.periods
    assert spans.blend < spans.test < spans.end
    assert all(spans.blend <= request.moment < spans.test for request in prepared.blend)
    assert all(spans.test <= request.moment < spans.end for request in prepared.test)
    pairs = [{(one.user, one.moment) for one in part} for part in (prepared.blend, prepared.test)]
    assert not pairs[0] & pairs[1]
    assert [len(part) for part in pairs] == [len(prepared.blend), len(prepared.test)]


def test_nothing_that_a_user_played_before_is_asked_for(prepared: Prepared) -> None:
    plays = prepared.tables["plays"]
    for part in (prepared.blend, prepared.test):
        for request in part[::5]:
            own = (plays["user"] == request.user) & (plays["played_at"] < request.moment)
            assert not set(plays["item"][own]) & set(request.chosen.tolist())


def test_only_free_choices_are_asked_for(prepared: Prepared) -> None:
    plays, shown = prepared.tables["plays"], prepared.tables["impressions"]
    drawn = set(shown["impression"][shown["explored"] == 1].tolist())
    for request in prepared.test[::5]:
        day = (plays["user"] == request.user) & (plays["played_at"] // DAY == request.moment // DAY)
        for item in request.chosen:
            first = plays["impression"][day & (plays["item"] == item)][0]
            assert first == -1 or int(first) in drawn


def test_cold_items_can_be_shown_are_asked_for_and_are_found(
    prepared: Prepared, vectors: Vectors, finished: Finished, settings: Config
) -> None:
    """The cold-start split: of published and unplayed items none is left out, and cold ones are among the choices."""
    plays, items = prepared.tables["plays"], prepared.tables["items"]
    cold_choices = 0
    for case in cases(prepared, vectors, prepared.test[::4], settings):
        moment = case.request.moment
        own = (plays["user"] == case.request.user) & (plays["played_at"] < moment)
        expected = np.setdiff1d(items["item"][items["published_at"] <= moment], plays["item"][own])
        assert np.array_equal(case.state.item[case.candidates], expected)
        counts = np.bincount(plays["item"][plays["played_at"] < moment], minlength=len(items["item"]))
        cold_choices += int((counts[case.request.chosen] < settings.split.warm_plays).sum())
    assert cold_choices >= 20
    judged = judge(finished.model.weights, vectors, prepared, settings)
    assert len(judged.user) == len(prepared.test)
    assert (~np.isnan(judged.of("cold_ndcg", MODEL))).sum() >= cold_choices // 2


def test_the_towers_learn_from_no_cold_item(prepared: Prepared, settings: Config) -> None:
    """Counted here, not by the project's own function: what is cold when the test period begins teaches no tower."""
    plays, items = prepared.tables["plays"], prepared.tables["items"]["item"]
    counts = np.bincount(plays["item"][plays["played_at"] < prepared.periods.test], minlength=len(items))
    state = prepared.history.state(prepared.periods.test, recent_days=1)
    factors = np.random.default_rng(1).normal(size=(len(items), 2))
    taught, _ = lessons(prepared.media, factors, state, settings)
    assert np.array_equal(taught.media.item, items[counts >= settings.split.warm_plays])
    assert 20 < (counts < settings.split.warm_plays).sum() < len(items) - 20
    assert np.array_equal(warm(state, settings.split), counts >= settings.split.warm_plays)


def test_too_short_data_is_refused(settings: Config) -> None:
    plays: Columns = {"played_at": np.arange(0, 15 * DAY, DAY)}
    with pytest.raises(ValueError, match="too few for these periods"):
        periods(plays, settings.split)
