"""What must not matter does not; what must point one way does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from {{ cookiecutter.package }} import als, features
from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Columns, length, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES, Vectors
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, cases, prepare


def test_rows_in_another_order_change_no_feature(
    tables: dict[str, Columns], prepared: Prepared, media: Media, vectors: Vectors, settings: Config
) -> None:
    rng = np.random.default_rng(1)
    mixed = {
        name: take(table, rng.permutation(length(table))) if name in ("plays", "impressions") else table
        for name, table in tables.items()
    }
    _same(prepared, prepare(mixed, media, settings), vectors, settings)


def test_new_names_for_users_change_no_feature(
    tables: dict[str, Columns], prepared: Prepared, media: Media, vectors: Vectors, settings: Config
) -> None:
    renamed = {
        name: {**table, "user": table["user"] * 3 + 7} if "user" in table else table for name, table in tables.items()
    }
    _same(prepared, prepare(renamed, media, settings), vectors, settings)


def test_a_later_calendar_changes_no_feature(
    tables: dict[str, Columns], prepared: Prepared, media: Media, vectors: Vectors, settings: Config
) -> None:
    times = {"plays": "played_at", "impressions": "shown_at", "items": "published_at"}
    later = {
        name: {**table, times[name]: table[times[name]] + 100 * DAY} if name in times else table
        for name, table in tables.items()
    }
    _same(prepared, prepare(later, media, settings), vectors, settings)


def test_more_recent_plays_never_lower_and_media_that_fit_always_raise_an_item(
    prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config
) -> None:
    state = prepared.history.state(prepared.periods.test, recent_days=settings.blend.recent_days)
    seen = prepared.history.interactions(prepared.periods.test)
    taste = als.fold_in(seen, seen.user[:1], vectors.item, vectors.als, settings.als)[0]
    before = features.rows(taste, vectors, state, settings.blend)
    busier = features.rows(taste, vectors, replace(state, recent=state.recent + 5), settings.blend)
    popularity = NAMES.index("popularity")
    assert (busier[:, popularity] > before[:, popularity]).all()
    assert np.array_equal(np.delete(busier, popularity, axis=1), np.delete(before, popularity, axis=1))
    closer = features.rows(taste, replace(vectors, content=vectors.content + 0.1 * taste), state, settings.blend)
    assert (closer @ finished.model.weights > before @ finished.model.weights).all()


def test_an_item_without_plays_is_judged_by_content_alone(
    prepared: Prepared, vectors: Vectors, settings: Config
) -> None:
    state = prepared.history.state(prepared.periods.test, recent_days=settings.blend.recent_days)
    found = features.rows(np.ones(settings.als.factors), vectors, state, settings.blend)
    never = state.plays == 0
    assert never.sum() > 5
    assert (found[never, NAMES.index("collaborative")] == 0).all()
    assert (found[never, NAMES.index("content")] != 0).all()


def _same(one: Prepared, other: Prepared, vectors: Vectors, settings: Config) -> None:
    assert len(one.test) == len(other.test)
    both = (cases(prepared, vectors, prepared.test[:60], settings) for prepared in (one, other))
    for ours, theirs in zip(*both, strict=True):
        assert np.array_equal(ours.values, theirs.values)
        assert np.array_equal(ours.candidates, theirs.candidates)
        assert np.array_equal(ours.chosen, theirs.chosen)
