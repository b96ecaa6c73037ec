"""Intervals keep their promise, also where little is known, and are wide for a reason."""

from __future__ import annotations

import numpy as np
import pytest

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Prediction
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.split import Origin
from {{ cookiecutter.package }}.train import Prepared

Bounds = dict[str, tuple[float, float]]


def test_intervals_hold_the_share_they_promise(finished: Finished, bounds: Bounds) -> None:
    held = finished.assessment.newest.coverage
    for name, found in (("coverage", held.overall), ("coverage_few_sales", held.few_sales)):
        assert bounds[name][0] <= found <= bounds[name][1], name


def test_where_few_sales_are_known_intervals_are_wider(finished: Finished) -> None:
    for trial in finished.assessment.trials:
        assert trial.coverage.few > 20
        assert trial.coverage.width_few > 1.03 * trial.coverage.width_many


def test_the_networks_disagree_more_about_homes_unlike_any(
    prepared: Prepared, newest: Origin, finished: Finished
) -> None:
    usual = prepared.features.values[newest.test]
    strange = usual.copy()
    mean, deviation = np.array(finished.model.scale.mean), np.array(finished.model.scale.deviation)
    strange[:, :8] = mean[:8] + 3 * (strange[:, :8] - mean[:8]) + deviation[:8]
    assert np.median(finished.model.predict(strange).doubt) > 2 * np.median(finished.model.predict(usual).doubt)


def test_doubt_and_noise_both_widen(finished: Finished, prepared: Prepared, newest: Origin) -> None:
    found = finished.model.predict(prepared.features.values[newest.test])
    assert (found.spread >= found.noise).all()
    assert (found.spread >= found.doubt).all()
    assert found.doubt.min() > 0


def test_widths_are_exact_for_sales_like_those_calibrated_on(settings: Config) -> None:
    rng = np.random.default_rng(3)
    held = []
    for _ in range(400):
        target, near = rng.standard_t(3, size=221), np.full(221, 9)
        flat = Prediction(np.zeros(220), np.ones(220), np.zeros(220))
        first = models.widths(flat, target[:-1], near[:-1], settings.interval)
        held.append(abs(target[-1]) <= first.of(near[-1:])[0])
    assert np.mean(held) == pytest.approx(settings.interval.coverage, abs=0.06)


def test_too_few_sales_to_calibrate_on_are_refused(settings: Config) -> None:
    few = Prediction(np.zeros(5), np.ones(5), np.zeros(5))
    with pytest.raises(ValueError, match="too few to calibrate"):
        models.widths(few, np.zeros(5), np.full(5, 9), settings.interval)
