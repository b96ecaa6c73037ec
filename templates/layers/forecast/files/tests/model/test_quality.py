"""The model is good, by how much is within what many seeds gave, and models that must fail do fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from {{ cookiecutter.package }} import evaluate
from {{ cookiecutter.package }}.assess import judge, measure
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, train

Bounds = dict[str, tuple[float, float]]


def test_errors_are_within_what_many_seeds_gave(finished: Finished, bounds: Bounds) -> None:
    for one in finished.assessment.metrics.leads:
        low, high = bounds[f"rmse_{one.lead}"]
        assert low <= one.rmse <= high, one.lead


def test_the_model_beats_advection_and_persistence_by_a_margin(finished: Finished, bounds: Bounds) -> None:
    for one in finished.assessment.metrics.leads[1:]:
        assert one.skill_over_advection >= max(bounds[f"skill_over_advection_{one.lead}"][0], 0.0), one.lead
    last = finished.assessment.metrics.leads[-1]
    assert last.skill_over_persistence >= max(bounds["skill_over_persistence_6"][0], 0.0)


def test_the_bar_is_reached(finished: Finished) -> None:
    assert finished.assessment.shortfalls == []


def test_a_model_of_shuffled_reanalysis_fails_the_bar(prepared: Prepared, settings: Config, bounds: Bounds) -> None:
    few = settings.model_copy(update={"model": settings.model.model_copy(update={"steps": 80})})
    order = np.random.default_rng(settings.seed).permutation(prepared.split.train.ends)
    wind = np.array(prepared.archive.reanalysis[:])
    wind[: len(order)] = wind[order]
    mixed = replace(prepared, archive=replace(prepared.archive, reanalysis=wind))
    model = train(mixed, few, version="shuffled").model
    found = measure(judge(model, prepared, few), prepared, few)
    assert evaluate.shortfalls(found, few.quality)
    assert found.leads[1].rmse > bounds["rmse_1"][1]


def test_a_map_of_the_average_fails_the_bar(finished: Finished, prepared: Prepared, settings: Config) -> None:
    average = np.asarray(prepared.archive.reanalysis[: prepared.split.train.ends]).mean(axis=0)
    flat = {
        lead: replace(one, speed=np.broadcast_to(average, one.truth.shape), brightness=np.full(one.truth.shape, 0.5))
        for lead, one in finished.assessment.judged.items()
    }
    reasons = evaluate.shortfalls(measure(flat, prepared, settings), settings.quality)
    assert any("skill over advection" in reason for reason in reasons)
    assert any("energy kept" in reason for reason in reasons)


def test_intervals_hold_the_truth_also_where_nothing_was_seen(finished: Finished, bounds: Bounds) -> None:
    for one in finished.assessment.metrics.leads[1:]:
        for name in ("coverage", "coverage_unseen"):
            low, high = bounds[f"{name}_{one.lead}"]
            assert low <= getattr(one, name) <= high, (one.lead, name)
    for lead, one in finished.assessment.judged.items():
        assert one.halfwidth[one.unseen].mean() > one.halfwidth[~one.unseen].mean(), lead


def test_ramps_of_power_are_forecast_better_than_by_nothing(finished: Finished, bounds: Bounds) -> None:
    found = finished.assessment.metrics
    assert found.ramps > 20
    assert found.ramp_score >= max(bounds["ramp_score"][0], 0.01)
