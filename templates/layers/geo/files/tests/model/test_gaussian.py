"""The process learns: its gradient is right, it starts where theory says, it can learn a handful of wells by heart."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from {{ cookiecutter.package }} import gaussian
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.kernels import Near
from {{ cookiecutter.package }}.model import MAPS_AND_GROUND
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared


@pytest.fixture(scope="module")
def rows(finished: Finished, prepared: Prepared) -> Array:
    """What the process sees of forty wells."""
    return finished.model.regressor.rows(prepared.sites)[::3][:40]


@pytest.fixture(scope="module")
def target(prepared: Prepared) -> Array:
    """Their log recovery about its mean."""
    chosen = prepared.log_eur[::3][:40]
    return np.asarray(chosen - chosen.mean())


GROUND = gaussian.Shape((Near((5, 6)),))


@pytest.mark.parametrize("shape", [MAPS_AND_GROUND, GROUND], ids=["maps and ground", "ground"])
def test_the_gradient_is_the_slope_of_the_loss(shape: gaussian.Shape, rows: Array, target: Array) -> None:
    theta = shape.start + np.random.default_rng(1).normal(0, 0.3, size=len(shape.start))
    _, gradient = gaussian.loss(shape, theta, rows, target)
    step = 1e-5
    for place in range(len(theta)):
        shift = np.zeros(len(theta))
        shift[place] = step
        up, down = (gaussian.loss(shape, theta + sign * shift, rows, target)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-7)


def test_the_gradient_reaches_every_parameter(rows: Array, target: Array) -> None:
    _, gradient = gaussian.loss(MAPS_AND_GROUND, MAPS_AND_GROUND.start, rows, target)
    assert np.isfinite(gradient).all()
    assert (np.abs(gradient) > 1e-8).all()


def test_the_loss_without_likeness_is_that_of_independent_wells(rows: Array, target: Array) -> None:
    theta = MAPS_AND_GROUND.start.copy()
    theta[[0, 1, 7]] = -12.0
    deviation = float(np.exp(theta[-2]))
    theta[-1] = 0.0
    pull = 0.5 * ((theta - MAPS_AND_GROUND.start) ** 2).sum() / gaussian._PRIOR_WIDTH**2 / len(rows)
    by_theory = 0.5 * np.log(2 * np.pi * deviation**2) + 0.5 * (target**2).mean() / deviation**2
    assert gaussian.loss(MAPS_AND_GROUND, theta, rows, target)[0] - pull == pytest.approx(by_theory, rel=1e-4)


def test_the_process_agrees_with_that_of_scikit_learn(rows: Array, target: Array) -> None:
    theta = np.log([0.6, 5.0, 0.3])
    ours = gaussian.condition(GROUND, theta, rows[:30], target[:30])
    kernel = ConstantKernel(0.6**2) * Matern(5.0, nu=0.5) + WhiteKernel(0.3**2)
    theirs = GaussianProcessRegressor(kernel, optimizer=None).fit(rows[:30, 5:7], target[:30])
    mean, deviation = theirs.predict(rows[30:, 5:7], return_std=True)
    assert np.allclose(ours.mean(rows[30:]), mean, atol=1e-6)
    assert np.allclose(ours.variance(rows[30:]) + ours.noise(rows[30:]), deviation**2, atol=1e-6)


def test_fitting_lowers_the_loss(rows: Array, target: Array) -> None:
    fitted = gaussian.fit(MAPS_AND_GROUND, rows, target, steps=40)
    before, _ = gaussian.loss(MAPS_AND_GROUND, MAPS_AND_GROUND.start, rows, target)
    after, _ = gaussian.loss(MAPS_AND_GROUND, fitted.theta, rows, target)
    assert after < before - 0.05


def test_without_noise_a_few_wells_are_learned_by_heart(rows: Array, target: Array) -> None:
    theta = MAPS_AND_GROUND.start.copy()
    theta[-2:] = [-9.0, 0.0]
    learned = gaussian.condition(MAPS_AND_GROUND, theta, rows[:8], target[:8])
    assert np.allclose(learned.mean(rows[:8]), target[:8], atol=1e-3)
    assert learned.variance(rows[:8]).max() < 1e-3


def test_far_from_all_wells_uncertainty_grows_and_never_falls_below_zero(finished: Finished, rows: Array) -> None:
    process = finished.model.regressor.process
    far = rows.copy()
    far[:, 5] += 500.0
    assert (process.variance(far) > process.variance(rows)).all()
    assert (process.variance(process.rows) >= 0).all()


def test_noise_grows_where_maps_are_poor(finished: Finished, rows: Array) -> None:
    process = finished.model.regressor.process
    good, poor = rows.copy(), rows.copy()
    good[:, -1], poor[:, -1] = 0.0, 1.0
    assert (process.noise(poor) > 2 * process.noise(good)).all()
