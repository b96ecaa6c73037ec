"""The model is good, for cold items too, within what many seeds gave; models that must fail do fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from {{ cookiecutter.package }} import evaluate
from {{ cookiecutter.package }}.assess import assess, metrics
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES, Vectors
from {{ cookiecutter.package }}.judge import BLIND, MODEL, POPULARITY, judge
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared

Bounds = dict[str, tuple[float, float]]


@pytest.mark.parametrize("name", ["ndcg", "cold_ndcg", "appeal", "cold_appeal", "coverage", "cold_exposure"])
def test_quality_is_within_what_many_seeds_gave(finished: Finished, bounds: Bounds, name: str) -> None:
    low, high = bounds[name]
    found = finished.assessment.model.plain()[name]
    assert found is not None
    assert low <= found <= high


def test_the_bar_is_reached(finished: Finished) -> None:
    assert finished.assessment.shortfalls == []


def test_the_model_beats_its_baselines_by_a_margin(finished: Finished, bounds: Bounds) -> None:
    model = finished.assessment.model
    for name in (BLIND, POPULARITY):
        other = finished.assessment.rankers[name]
        assert model.appeal is not None
        assert other.appeal is not None
        assert model.appeal - other.appeal >= bounds["appeal_over_baselines"][0] > 0, name


def test_cold_items_are_found_by_content_where_plays_tell_nothing(finished: Finished, bounds: Bounds) -> None:
    model, blind = finished.assessment.model, finished.assessment.rankers[BLIND]
    assert model.cold_appeal is not None
    assert blind.cold_appeal is not None
    assert model.cold_appeal - blind.cold_appeal >= bounds["cold_appeal_over_blind"][0] > 0
    assert finished.assessment.by_item["never"][BLIND] == 0
    assert finished.assessment.by_item["never"][MODEL] > 0.02


def test_a_model_of_shuffled_plays_fails_the_bar(prepared: Prepared, finished: Finished, settings: Config) -> None:
    """Whose factors belong to which item is shuffled: all that plays and media tell of an item is lost."""
    learned = finished.model.learned
    rng = np.random.default_rng(settings.seed)
    image, audio = rng.permutation(prepared.media.image), rng.permutation(prepared.media.audio)
    mixed = replace(prepared.media, image=image, audio=audio)
    shuffled = replace(learned, factors=rng.permutation(learned.factors))
    found = assess(Model(shuffled, finished.model.weights, "shuffled", ""), replace(prepared, media=mixed), settings)
    assert any("cold NDCG@10" in text for text in found.shortfalls)
    assert found.model.appeal is not None
    assert finished.assessment.model.appeal is not None
    assert found.model.appeal < finished.assessment.model.appeal - 0.1


@pytest.mark.parametrize("only", ["popularity", "freshness", "collaborative"])
def test_a_trivial_model_fails_the_bar(prepared: Prepared, vectors: Vectors, settings: Config, only: str) -> None:
    weights: Array = np.array([float(name == only) for name in NAMES])
    judged = judge(weights, vectors, prepared, settings)
    of_model, blind, popularity = (metrics(judged, ranker) for ranker in (MODEL, BLIND, POPULARITY))
    assert evaluate.shortfalls(of_model, popularity, blind, settings.quality)


def test_without_its_content_the_model_loses_the_cold_items(
    prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config
) -> None:
    without = replace(vectors, content=np.zeros_like(vectors.content))
    found = metrics(judge(finished.model.weights, without, prepared, settings), MODEL)
    assert found.cold_appeal is not None
    assert finished.assessment.model.cold_appeal is not None
    assert found.cold_appeal < finished.assessment.model.cold_appeal - 0.1


def test_new_items_get_their_share_of_the_slots(finished: Finished) -> None:
    assert finished.assessment.model.cold_exposure > 10 * finished.assessment.rankers[BLIND].cold_exposure
    assert finished.assessment.model.top_decile_exposure < finished.assessment.rankers[BLIND].top_decile_exposure
