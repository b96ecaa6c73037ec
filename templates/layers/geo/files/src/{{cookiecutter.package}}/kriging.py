"""The baseline: ordinary kriging of log recovery, by scikit-learn. It looks at wells and at no map.

It shares no code with the model's process, so that a mistake there cannot make the model look better than its baseline.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.special import ndtri
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from threadpoolctl import threadpool_limits

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import Sites
from {{ cookiecutter.package }}.model import Prediction
from {{ cookiecutter.package }}.split import Fold

_RANGE_KM = (0.5, 200.0)
_SHARE = (1e-3, 20.0)


def fit(sites: Sites, log_eur: Array, *, seed: int) -> GaussianProcessRegressor:
    """Kriging with an exponential variogram and a nugget, fitted to these sites."""
    variogram = ConstantKernel(1.0, _SHARE) * Matern(5.0, _RANGE_KM, nu=0.5) + WhiteKernel(0.2, _SHARE)
    with threadpool_limits(1, user_api="blas"):
        kriging = GaussianProcessRegressor(variogram, normalize_y=True, random_state=seed)
        return kriging.fit(_places(sites), log_eur)


def predict(kriging: GaussianProcessRegressor, sites: Sites, *, level: float) -> Prediction:
    """Log recovery of each site, with the interval that kriging promises."""
    with threadpool_limits(1, user_api="blas"):
        mean, deviation = kriging.predict(_places(sites), return_std=True)
    half = ndtri(0.5 + level / 2) * deviation
    return Prediction(mean, mean - half, mean + half, deviation)


def cross_validate(sites: Sites, log_eur: Array, folds: Iterable[Fold], *, level: float, seed: int) -> Prediction:
    """What kriging that had not seen a well or its block says of it, for every well."""
    found = {name: np.empty(len(log_eur)) for name in Prediction.__slots__}
    for fold in folds:
        kriging = fit(sites.rows(fold.train), log_eur[fold.train], seed=seed)
        predicted = predict(kriging, sites.rows(fold.held_out), level=level)
        for name, values in found.items():
            values[fold.held_out] = getattr(predicted, name)
    return Prediction(**found)


def _places(sites: Sites) -> Array:
    return np.column_stack([sites.east_km, sites.north_km])
