"""An explanation adds up, says how much is known, and is less sure where less is."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import als, explain, features
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.explain import Explanation
from {{ cookiecutter.package }}.features import Vectors
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared


def explained(
    prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config, *, user: int, item: int
) -> Explanation:
    """As the command does it, at the begin of the test period."""
    moment = prepared.periods.test
    state = prepared.history.state(moment, recent_days=settings.blend.recent_days)
    seen = prepared.history.interactions_of(user, moment)
    taste = als.fold_in(seen, np.array([user]), vectors.item, vectors.als, settings.als)[0]
    return explain.explain(
        seen, item, vectors=vectors, state=state, values=features.rows(taste, vectors, state, settings.blend),
        taste=taste, candidates=features.candidates(state, seen.item), weights=finished.model.weights, config=settings,
    )  # fmt: skip


def test_what_features_add_makes_up_the_score(
    prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config
) -> None:
    first, second = (
        explained(prepared, finished, vectors, settings, user=4, item=int(vectors.item[row])) for row in (3, 90)
    )
    gap = sum(first.adds.values()) - sum(second.adds.values())
    assert gap == pytest.approx(first.score - second.score)


def test_it_says_whether_item_and_user_are_known(
    prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config
) -> None:
    plays = prepared.tables["plays"]
    past = plays["item"][plays["played_at"] < prepared.periods.test]
    counts = np.bincount(past, minlength=len(vectors.item))
    busy = int(np.bincount(plays["user"]).argmax())
    for item, word in ((counts.argmax(), "warm: known by its plays"), (counts.argmin(), "cold: judged by picture")):
        found = explained(prepared, finished, vectors, settings, user=busy, item=int(item))
        assert word in found.words(warm_plays=settings.split.warm_plays)
        assert found.item_plays == counts[item]
        assert len(found.because) == 3
        own = plays["item"][(plays["user"] == busy) & (plays["played_at"] < prepared.periods.test)]
        assert set(found.because) <= set(own.tolist())


def test_the_score_is_less_sure_for_users_of_whom_less_is_known(
    prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config
) -> None:
    plays = prepared.tables["plays"]
    order = np.argsort(np.bincount(plays["user"][plays["played_at"] < prepared.periods.test], minlength=500))
    item = int(vectors.item[40])
    few, many = (
        np.median([
            explained(prepared, finished, vectors, settings, user=int(user), item=item).spread for user in part
        ])
        for part in (order[10:30], order[-20:])
    )  # fmt: skip
    assert 0 < many < few


def test_reasons_are_what_lifts_an_item_and_nothing_else() -> None:
    assert explain.reasons(np.array([0.2, -1.0, 0.5, 0.1]), count=2) == ("popularity", "collaborative")
    assert explain.reasons(np.array([-0.2, -1.0, 0.0, -0.1]), count=2) == ()
    assert "it is new" in explain.text("freshness")
